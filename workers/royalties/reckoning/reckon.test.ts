import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linesOf, type MonthRows, monthOf, type StreamRow } from '../testing/month-rows.ts'
import { MONTH, monthRows, poolShares } from '../testing/random-months.ts'
import { slowRoyalties } from '../testing/slow-royalties.ts'
import { MODEL_NAMES, type ModelName } from './models/models.ts'
import type { Rational } from './rational.ts'
import { reckon } from './reckon.ts'
import { interchangeRules, type Rules } from './rules.ts'

const WHOLE: Rational = { num: 1n, den: 1n }
/** Small enough for small months to reach them. */
const CAP = 3
const BOOST = { streams: 4, listeners: 2 }

const rulesOf = (model: ModelName, poolShare = WHOLE): Rules => {
  const rules = interchangeRules(model, poolShare)
  const { artistCentric } = rules
  return {
    ...rules,
    artistCentric: { ...artistCentric, cap: CAP, artistBoost: { ...artistCentric.artistBoost, ...BOOST } },
  }
}
const lines = (rows: MonthRows, rules: Rules) => linesOf(reckon(monthOf(rows, MONTH, rules), rules).pools)
const ofIsrc = (rows: MonthRows, rules: Rules) =>
  Object.fromEntries(
    [...reckon(monthOf(rows, MONTH, rules), rules).pools].flatMap(({ recordings }) =>
      recordings.map(({ isrc, micros }) => [isrc, micros]),
    ),
  )

describe.each(MODEL_NAMES)('%s', (model) => {
  const months = fc.record({ rows: monthRows, share: poolShares })

  test('agrees with the slow implementation on random months', () => {
    fc.assert(
      fc.property(months, ({ rows, share }) => {
        const slow = slowRoyalties(rows, {
          month: MONTH,
          model,
          poolShare: { n: share.num, d: share.den },
          cap: CAP,
          boostStreams: BOOST.streams,
          boostListeners: BOOST.listeners,
        })
        expect(lines(rows, rulesOf(model, share))).toEqual(slow)
      }),
      { numRuns: 2_000 },
    )
  })

  test('what is paid of a pool, and what is unallocated, is the pool; so it is of a recording and its holders', () => {
    fc.assert(
      fc.property(months, ({ rows, share }) => {
        const rules = rulesOf(model, share)
        for (const { pool, micros, recordings, unallocated } of reckon(monthOf(rows, MONTH, rules), rules).pools) {
          const revenue = rows.listeners
            .filter((one) => one.territory === pool.territory && one.tier === pool.tier)
            .reduce((sum, one) => sum + one.net_revenue_micros, 0n)
          expect(micros).toBe((revenue * share.num) / share.den)
          if (recordings.length > 0 || revenue > 0n)
            expect(recordings.reduce((sum, one) => sum + one.micros, unallocated ?? 0n)).toBe(micros)
          for (const { holders, micros: whole } of recordings)
            expect(holders.reduce((sum, one) => sum + one.micros, 0n)).toBe(whole)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('the order of listeners, splits and streams is irrelevant', () => {
    const shuffled = months.chain(({ rows, share }) =>
      fc.record({
        rows: fc.constant(rows),
        share: fc.constant(share),
        streams: fc.shuffledSubarray([...rows.streams], { minLength: rows.streams.length }),
        listeners: fc.shuffledSubarray([...rows.listeners], { minLength: rows.listeners.length }),
        splits: fc.shuffledSubarray([...rows.splits], { minLength: rows.splits.length }),
      }),
    )
    fc.assert(
      fc.property(shuffled, ({ rows, share, streams, listeners, splits }) => {
        const rules = rulesOf(model, share)
        expect(lines({ streams, listeners, splits }, rules)).toEqual(lines(rows, rules))
      }),
      { numRuns: 1_000 },
    )
  })
})

test('user-centric: listeners who hear the same, merged into one, change nothing', () => {
  const twins = fc.record({ rows: monthRows, revenue: fc.bigInt(0n, 10n ** 12n), share: poolShares })
  fc.assert(
    fc.property(twins, ({ rows, revenue, share }) => {
      const [first] = rows.listeners
      fc.pre(first !== undefined)
      if (first === undefined) return
      const his = rows.streams.filter((one) => one.listener_id === first.listener_id)
      const again = (listener_id: string) =>
        his.map((one): StreamRow => ({ ...one, stream_id: `${one.stream_id}+`, listener_id }))
      const twin = { ...first, listener_id: 'twin', net_revenue_micros: revenue }
      const merged = { ...first, net_revenue_micros: first.net_revenue_micros + revenue }
      const apart = { ...rows, listeners: [...rows.listeners, twin], streams: [...rows.streams, ...again('twin')] }
      const together = {
        ...rows,
        listeners: [merged, ...rows.listeners.slice(1)],
        streams: [...rows.streams, ...again(first.listener_id)],
      }
      const rules = rulesOf('user-centric', share)
      expect(lines(apart, rules)).toEqual(lines(together, rules))
    }),
    { numRuns: 2_000 },
  )
})

test('user-centric is pro-rata where everybody hears the same', () => {
  fc.assert(
    fc.property(fc.record({ rows: monthRows, share: poolShares }), ({ rows, share }) => {
      const [first] = rows.listeners
      fc.pre(first !== undefined)
      const his = rows.streams.filter((one) => one.listener_id === first?.listener_id)
      const streams = rows.listeners.flatMap(({ listener_id, territory, tier }) =>
        his.map((one) => ({ ...one, stream_id: `${one.stream_id} ${listener_id}`, listener_id, territory, tier })),
      )
      const same = { ...rows, streams }
      expect(lines(same, rulesOf('user-centric', share))).toEqual(lines(same, rulesOf('pro-rata', share)))
    }),
    { numRuns: 2_000 },
  )
})

describe('the worked example: A hears X 100 times, B hears Z 50 times, C hears each 50 times, 10 € each', () => {
  const plays = (listener_id: string, isrc: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      stream({ stream_id: `${listener_id}${isrc}${index}`, listener_id, isrc }),
    )
  /** In cents, as the example is rounded; in micro-units it is the same, four digits further. */
  const rows = (each: bigint): MonthRows => ({
    listeners: ['A', 'B', 'C'].map((listener_id) => listener(listener_id, each)),
    splits: ['X', 'Y', 'Z'].map((isrc) => ({ isrc, holder_id: 'h', share_num: 1n, share_den: 1n })),
    streams: [
      ...plays('A', 'X', 100),
      ...plays('B', 'Z', 50),
      ...['X', 'Y', 'Z'].flatMap((isrc) => plays('C', isrc, 50)),
    ],
  })

  test.each([
    ['pro-rata', 1_000n, { X: 1_500n, Y: 500n, Z: 1_000n }],
    ['user-centric', 1_000n, { X: 1_334n, Y: 333n, Z: 1_333n }],
    ['pro-rata', 10_000_000n, { X: 15_000_000n, Y: 5_000_000n, Z: 10_000_000n }],
    ['user-centric', 10_000_000n, { X: 13_333_334n, Y: 3_333_333n, Z: 13_333_333n }],
  ] as const)('%s with %d each', (model, each, amounts) => {
    expect(ofIsrc(rows(each), interchangeRules(model, WHOLE))).toEqual(amounts)
  })
})

describe('artist-centric, by the numbers of the interchange', () => {
  const rules = interchangeRules('artist-centric', WHOLE)
  const splits = ['X', 'Y'].map((isrc) => ({ isrc, holder_id: 'h', share_num: 1n, share_den: 1n }))
  const many = (count: number, row: (index: number) => Partial<StreamRow>) =>
    Array.from({ length: count }, (_, index) =>
      stream({ stream_id: `${JSON.stringify(row(index))}${index}`, ...row(index) }),
    )

  test.each([
    // X has 1 of them, Y the weight of what is listed.
    [1_000, 1_000],
    [1_001, 1_000],
    [5_000, 1_000],
  ])('%d streams of one listener weigh %d', (count, weight) => {
    const rows = {
      listeners: [listener('A', BigInt(weight) + 1n), listener('B', 0n)],
      splits,
      streams: [
        ...many(count, () => ({ listener_id: 'A', isrc: 'Y' })),
        ...many(1, () => ({ listener_id: 'B', isrc: 'X' })),
      ],
    }
    expect(ofIsrc(rows, rules)).toEqual({ X: 1n, Y: BigInt(weight) })
  })

  test.each([
    [1_000, 500, 2n],
    [999, 500, 1n],
    [1_000, 499, 1n],
  ])('an artist of %d streams and %d listeners weighs × %d, over all pools', (streams, listeners, factor) => {
    const who = (index: number) => `l${index % listeners}`
    const rows = {
      // One of the listeners is elsewhere, and what he hears counts for the boost here.
      listeners: [
        { ...listener('l0', 0n), territory: 'FR' },
        ...Array.from({ length: listeners - 1 }, (_, index) => listener(`l${index + 1}`, 0n)),
        listener('other', 0n),
      ],
      splits,
      streams: [
        ...many(streams, (index) => ({ listener_id: who(index), isrc: 'X', artist_id: 'big' })).map((one) =>
          one.listener_id === 'l0' ? { ...one, territory: 'FR' } : one,
        ),
        ...many(100, () => ({ listener_id: 'other', isrc: 'Y', artist_id: 'small' })),
      ],
    }
    const here = BigInt(rows.streams.filter((one) => one.isrc === 'X' && one.territory === 'DE').length)
    rows.listeners[listeners] = listener('other', here * factor + 100n)
    expect(ofIsrc(rows, rules)).toMatchObject({ Y: 100n })
  })

  test.each([
    ['search', 2n],
    ['collection', 2n],
    ['editorial', 2n],
    ['algorithm', 1n],
  ] as const)('%s weighs × %d', (discovery, factor) => {
    const rows = {
      listeners: [listener('A', factor + 1n)],
      splits,
      streams: [stream({ isrc: 'X', discovery }), stream({ stream_id: 's2', isrc: 'Y' })],
    }
    expect(ofIsrc(rows, rules)).toEqual({ X: factor, Y: 1n })
  })
})

function stream(given: Partial<StreamRow>): StreamRow {
  return {
    stream_id: 's1',
    listener_id: 'A',
    isrc: 'X',
    artist_id: 'artist',
    started_at: '2026-10-05T10:00:00Z',
    ms_played: 30_000,
    territory: 'DE',
    tier: 'premium',
    discovery: 'algorithm',
    ...given,
  }
}

function listener(listener_id: string, net_revenue_micros: bigint) {
  return { listener_id, territory: 'DE', tier: 'premium', currency: 'EUR', net_revenue_micros }
}
