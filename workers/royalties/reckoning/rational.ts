/** Owns exact fractions of whole numbers: nothing here is ever rounded. */

export interface Rational {
  readonly num: bigint
  /** Above zero. */
  readonly den: bigint
}

export const ONE: Rational = { num: 1n, den: 1n }

/** `1`, or `N/D` in decimal digits; undefined for anything else, and for a denominator of zero. */
export function readRational(text: string): Rational | undefined {
  const [, num, den = '1'] = /^(\d{1,38})(?:\/(\d{1,38}))?$/.exec(text) ?? []
  if (num === undefined || BigInt(den) === 0n) return undefined
  return inLowestTerms({ num: BigInt(num), den: BigInt(den) })
}

export function inLowestTerms({ num, den }: Rational): Rational {
  const divisor = greatestCommonDivisor(num < 0n ? -num : num, den)
  return { num: num / divisor, den: den / divisor }
}

export function sumOf(fractions: readonly Rational[]): Rational {
  const den = commonDenominator(fractions)
  return inLowestTerms({ num: fractions.reduce((sum, one) => sum + one.num * (den / one.den), 0n), den })
}

export function commonDenominator(fractions: readonly Rational[]): bigint {
  return fractions.reduce((den, one) => leastCommonMultiple(den, one.den), 1n)
}

/** The fractions as whole numbers in the same proportions. */
export function inProportion(fractions: readonly Rational[]): bigint[] {
  const den = commonDenominator(fractions)
  return fractions.map((one) => one.num * (den / one.den))
}

export function isAbove(a: Rational, b: Rational): boolean {
  return a.num * b.den > b.num * a.den
}

export function leastCommonMultiple(a: bigint, b: bigint): bigint {
  return (a / greatestCommonDivisor(a, b)) * b
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [greater, lesser] = [a, b]
  while (lesser !== 0n) [greater, lesser] = [lesser, greater % lesser]
  return greater
}
