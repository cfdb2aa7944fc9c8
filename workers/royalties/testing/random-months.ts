/** Owns random months: small, and full of what goes wrong at edges. */

import fc from 'fast-check'
import { DISCOVERIES } from '../reckoning/rules.ts'
import type { MonthRows, StreamRow } from './month-rows.ts'

export const MONTH = '2026-10'
/** Orders by bytes of UTF-8, by UTF-16 and by alphabet differ on these. */
const ISRCS = ['DEA002600001', 'DEA002600002', 'dea002600001', 'é', '\u{1F3B5}', '\uff5e']
const HOLDERS = ['h1', 'H2', 'h10', '\u{1F3B5}', '\uff5e']
const ARTISTS = ['a1', 'a2', 'a3']
const POOLS = [
  { territory: 'DE', tier: 'premium', currency: 'EUR' },
  { territory: 'DE', tier: 'free', currency: 'USD' },
  { territory: 'D', tier: 'Epremium', currency: 'JPY' },
]
const TIMES = [
  '2026-09-30T23:59:59.999999Z',
  '2026-10-01T00:00:00Z',
  '2026-10-15T12:00:00.5Z',
  '2026-10-31T23:59:59.999Z',
  '2026-10-31T23:59:60Z',
  '2026-11-01T00:00:00+00:00',
]

const revenue = fc.oneof(
  fc.bigInt(0n, 20n),
  fc.bigInt(0n, 20_000_000n),
  fc.bigInt(2n ** 53n - 2n, 2n ** 53n + 2n),
  fc.constant(10n ** 20n + 7n),
  fc.constant(0n),
)

/** Whole parts of a whole, as fractions that are not always in lowest terms. */
const shares = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...HOLDERS), { minLength: 1, maxLength: 4 }),
    fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }),
  )
  .map(([holders, numbers]) => {
    const parts = holders.map((_, index) => BigInt(numbers[index] ?? 0))
    const whole = parts.reduce((sum, part) => sum + part, 0n)
    return holders.map((holder_id, index) =>
      whole === 0n
        ? { holder_id, share_num: index === 0 ? 7n : 0n, share_den: 7n }
        : { holder_id, share_num: (parts[index] ?? 0n) * 3n, share_den: whole * 3n },
    )
  })

const splits = fc
  .tuple(...ISRCS.map((isrc) => shares.map((all) => all.map((share) => ({ isrc, ...share })))))
  .map((all) => all.flat())

const listeners = fc
  .array(fc.record({ pool: fc.constantFrom(...POOLS), net_revenue_micros: revenue }), { maxLength: 7 })
  .map((all) =>
    all.map(({ pool, net_revenue_micros }, index) => ({ listener_id: `l${index}`, ...pool, net_revenue_micros })),
  )

const heard = fc.record({
  listener: fc.nat(),
  isrc: fc.constantFrom(...ISRCS),
  artist_id: fc.constantFrom(...ARTISTS),
  started_at: fc.oneof({ weight: 4, arbitrary: fc.constant('2026-10-15T12:00:00Z') }, fc.constantFrom(...TIMES)),
  ms_played: fc.oneof({ weight: 4, arbitrary: fc.constant(30_000) }, fc.constantFrom(0, 29_999, 180_000)),
  discovery: fc.constantFrom(...DISCOVERIES),
})

/** Streams of listeners that are there, each once. */
export const monthRows: fc.Arbitrary<MonthRows> = fc
  .tuple(listeners, splits, fc.array(heard, { maxLength: 40 }))
  .map(([all, split, plays]) => ({
    listeners: all,
    splits: split,
    streams: plays.flatMap(({ listener, ...rest }, index): StreamRow[] => {
      const who = all[listener % all.length]
      if (who === undefined) return []
      const { listener_id, territory, tier } = who
      return [{ stream_id: `s${index}`, listener_id, territory, tier, ...rest }]
    }),
  }))

/** From nothing to all. */
export const poolShares = fc
  .tuple(fc.nat(12), fc.integer({ min: 1, max: 12 }))
  .map(([a, b]) => ({ num: BigInt(Math.min(a, b)), den: BigInt(b) }))
