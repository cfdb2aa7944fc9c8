/** Owns the change of what holders earned into what they are paid: another currency, and its smallest units. */

import { byBytes } from './byte-order.ts'
import { MICROS, minorUnits } from './currency.ts'
import { byLargestRemainder } from './largest-remainder.ts'
import { type Rational, sumOf } from './rational.ts'
import type { HolderAmount } from './reckon.ts'

export interface Payment {
  readonly holder: string
  /** In the smallest units of the currency. */
  readonly minor: bigint
}

export interface PaidOut {
  /** By holder as bytes. They add to everything that is whole; of what is not, the largest parts were made whole. */
  readonly payments: readonly Payment[]
  /** What is less than one smallest unit: nobody's yet, and carried to the next time. */
  readonly carried: Rational
}

/**
 * @param rate is how many units of `currency` one unit of the earnings is worth.
 * @param before is what was carried the last time, in smallest units.
 */
export function payOut(
  earned: readonly HolderAmount[],
  currency: string,
  rate: Rational,
  before: Rational = { num: 0n, den: 1n },
): PaidOut {
  const sorted = [...earned].sort((a, b) => byBytes(a.holder, b.holder))
  const micros = sorted.reduce((sum, one) => sum + one.micros, 0n)
  const worth = { num: micros * rate.num * minorUnits(currency), den: rate.den * MICROS }
  const { num, den } = sumOf([worth, before])
  const whole = micros === 0n ? 0n : num / den
  const parts = byLargestRemainder(
    whole,
    sorted.map((one) => one.micros),
  )
  return {
    payments: sorted.map(({ holder }, index) => ({ holder, minor: parts[index] as bigint })),
    carried: { num: num - whole * den, den },
  }
}
