/** Owns who is paid for a track that came without a contract. */

export interface Share {
  readonly name: string
  readonly num: number
  readonly den: number
}

/** The part that pays for the composition, where a composer is named: one fifth, near what streaming pays for works. */
const COMPOSITION = { num: 1, den: 5 } as const

/**
 * The artist has the whole recording. Where composers are named they have one fifth in equal parts and the artist four fifths;
 * an artist who composed has both. The shares add to exactly one.
 */
export function defaultShares(artist: string, composers: readonly string[]): Share[] {
  const parts = new Map<string, { name: string; num: number }>()
  // Counted in units of 1 / (5 × composers), so that every part is whole.
  const den = COMPOSITION.den * Math.max(composers.length, 1)
  const add = (name: string, num: number) => {
    const key = name.toLowerCase()
    parts.set(key, { name: parts.get(key)?.name ?? name, num: (parts.get(key)?.num ?? 0) + num })
  }
  add(artist, composers.length === 0 ? den : den - COMPOSITION.num * composers.length)
  for (const composer of composers) add(composer, COMPOSITION.num)
  return [...parts.values()].map(({ name, num }) => {
    const divisor = greatestCommonDivisor(num, den)
    return { name, num: num / divisor, den: den / divisor }
  })
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
