/** Owns how much of a pool is paid out: the share of the rules, or where recordings have shares of their own, each its weight times its share. */

import type { PoolWeights } from './pool-weights.ts'
import { commonDenominator, type Rational } from './rational.ts'

export interface PaidOfPool extends PoolWeights {
  readonly micros: bigint
  /** Of the revenue. Where shares differ it is what they come to, rounded down to the micro-unit. */
  readonly share: Rational
}

/** @param shareOf tells the share of a recording by its number; undefined: that of the rules, which unallocated money has too. */
export function paidOfPool(
  revenue: bigint,
  weighed: PoolWeights,
  shareOf: (recording: number) => Rational | undefined,
  usual: Rational,
): PaidOfPool {
  const shares = weighed.recordings.map((recording) => shareOf(recording) ?? usual)
  const { unallocated } = weighed
  const first = unallocated === undefined ? (shares[0] ?? usual) : usual
  if (shares.every(({ num, den }) => num * first.den === first.num * den))
    return { ...weighed, micros: (revenue * first.num) / first.den, share: first }

  const den = commonDenominator([usual, ...shares])
  const inUnits = (weight: bigint, share: Rational) => weight * share.num * (den / share.den)
  const weights = weighed.weights.map((weight, index) => inUnits(weight, shares[index] as Rational))
  const nobodys = unallocated === undefined ? undefined : inUnits(unallocated, usual)
  const all = sum(weighed.weights) + (unallocated ?? 0n)
  const micros = all === 0n ? 0n : (revenue * (sum(weights) + (nobodys ?? 0n))) / (all * den)
  const share = revenue === 0n ? usual : { num: micros, den: revenue }
  return { recordings: weighed.recordings, weights, unallocated: nobodys, micros, share }
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((all, one) => all + one, 0n)
}
