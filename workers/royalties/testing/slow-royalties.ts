/**
 * Owns a second implementation of the rules of the interchange, to compare the first with: read off the rules sentence by
 * sentence, with a fraction for every stream, sharing no code with what it checks, and slow.
 */

import type { MonthRows, StreamRow } from './month-rows.ts'

/** The numbers of the rules, so that small months reach them. */
export interface Thresholds {
  readonly month: string
  readonly model: 'pro-rata' | 'user-centric' | 'artist-centric'
  readonly poolShare: Fraction
  readonly cap: number
  readonly boostStreams: number
  readonly boostListeners: number
}

export interface Fraction {
  readonly n: bigint
  readonly d: bigint
}

const ZERO: Fraction = { n: 0n, d: 1n }
const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b))
const fraction = (n: bigint | number, d: bigint | number): Fraction => {
  const divisor = gcd(BigInt(n), BigInt(d))
  return { n: BigInt(n) / divisor, d: BigInt(d) / divisor }
}
const plus = (a: Fraction, b: Fraction) => fraction(a.n * b.d + b.n * a.d, a.d * b.d)
const times = (a: Fraction, b: Fraction) => fraction(a.n * b.n, a.d * b.d)
const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
const unique = (values: string[]) => [...new Set(values)].sort(bytes)

/** The lines of the file that is to be written, without its header. */
export function slowRoyalties({ streams, listeners, splits }: MonthRows, rules: Thresholds): string[] {
  const once = [...new Map(streams.map((stream) => [stream.stream_id, stream])).values()]
  const counted = once.filter((one) => one.ms_played >= 30_000 && one.started_at.slice(0, 7) === rules.month)
  const rows: string[][] = []
  for (const key of unique(listeners.map((one) => JSON.stringify([one.territory, one.tier, one.currency])))) {
    const [territory = '', tier = '', currency = ''] = JSON.parse(key) as string[]
    const payers = listeners.filter((one) => one.territory === territory && one.tier === tier)
    const revenue = payers.reduce((sum, one) => sum + one.net_revenue_micros, 0n)
    const pool = (revenue * rules.poolShare.n) / rules.poolShare.d
    const heard = counted.filter((one) => one.territory === territory && one.tier === tier)
    if (heard.length === 0) {
      if (revenue > 0n) rows.push([territory, tier, currency, 'UNALLOCATED', 'UNALLOCATED', String(pool)])
      continue
    }
    const isrcs = unique(heard.map((one) => one.isrc))
    const shares = isrcs.map((isrc) => shareOf(isrc, heard))
    const amounts = rounded(pool, shares)
    isrcs.forEach((isrc, index) => {
      const holders = splits.filter((one) => one.isrc === isrc).sort((a, b) => bytes(a.holder_id, b.holder_id))
      const parts = rounded(
        amounts[index] ?? 0n,
        holders.map((one) => fraction(one.share_num, one.share_den)),
      )
      holders.forEach(({ holder_id }, at) => {
        rows.push([territory, tier, currency, isrc, holder_id, String(parts[at])])
      })
    })

    function shareOf(isrc: string, all: readonly StreamRow[]): Fraction {
      const mine = all.filter((one) => one.isrc === isrc)
      const proRata = fraction(mine.length, all.length)
      if (rules.model === 'pro-rata') return proRata
      if (rules.model === 'artist-centric') return times(sumOf(mine, weightOf), inverse(sumOf(all, weightOf)))
      if (revenue === 0n) return proRata
      return payers
        .map(({ listener_id, net_revenue_micros }) => {
          const his = all.filter((one) => one.listener_id === listener_id)
          const taste = his.length === 0 ? proRata : fraction(his.filter((one) => one.isrc === isrc).length, his.length)
          return times(fraction(net_revenue_micros, revenue), taste)
        })
        .reduce(plus, ZERO)
    }
  }
  return rows.sort(byColumns).map((row) => row.join(','))

  function weightOf({ listener_id, artist_id, discovery }: StreamRow): Fraction {
    const n = counted.filter((one) => one.listener_id === listener_id).length
    const byArtist = counted.filter((one) => one.artist_id === artist_id)
    const isBoosted =
      byArtist.length >= rules.boostStreams &&
      new Set(byArtist.map((one) => one.listener_id)).size >= rules.boostListeners
    const capped = n > rules.cap ? fraction(rules.cap, n) : fraction(1, 1)
    return times(times(capped, fraction(isBoosted ? 2 : 1, 1)), fraction(discovery === 'algorithm' ? 1 : 2, 1))
  }
}

const inverse = ({ n, d }: Fraction): Fraction => ({ n: d, d: n })
const sumOf = <Item>(items: readonly Item[], value: (item: Item) => Fraction) => items.map(value).reduce(plus, ZERO)

/** Down first; then, while something is left, one more to whoever is furthest below his share, of equals the first. */
function rounded(total: bigint, shares: readonly Fraction[]): bigint[] {
  const exact = shares.map((share) => times(share, { n: total, d: 1n }))
  const parts = exact.map(({ n, d }) => n / d)
  const below = (index: number): Fraction => {
    const { n, d } = exact[index] ?? ZERO
    return { n: n - (parts[index] ?? 0n) * d, d }
  }
  for (let left = total - parts.reduce((sum, part) => sum + part, 0n); left > 0n; left -= 1n) {
    let furthest = 0
    for (let index = 1; index < parts.length; index += 1) {
      const [a, b] = [below(index), below(furthest)]
      if (a.n * b.d > b.n * a.d) furthest = index
    }
    parts[furthest] = (parts[furthest] ?? 0n) + 1n
  }
  return parts
}

function byColumns(a: readonly string[], b: readonly string[]): number {
  for (let column = 0; column < 5; column += 1) {
    const order = bytes(a[column] ?? '', b[column] ?? '')
    if (order !== 0) return order
  }
  return 0
}
