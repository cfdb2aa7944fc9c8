/** Owns what a stream weighs that is not credible, and the reason why. */

import { isAbove, ONE, type Rational } from './rational.ts'

/** What a stream with a flag weighs, from nothing to all: a flag that is not named takes nothing away. */
export type CredibilityRule = readonly { readonly reason: string; readonly weight: Rational }[]

/** The column of streams says so of a stream that is believed; above it, the place in the rule, counted from 1. */
export const CREDIBLE = 0

/** What there is by such a place: what is believed, and then the rule. */
export const classesOf = (rule: CredibilityRule): CredibilityRule => [{ reason: 'credible', weight: ONE }, ...rule]

/**
 * Of several flags the one that leaves least is the reason, of equal ones the first in the rule. One that takes nothing away is told all the same.
 * @param has tells whether the stream has such a flag.
 */
export function credibilityOf<One extends CredibilityRule[number]>(
  rule: readonly One[],
  has: (one: One) => boolean,
): number {
  let least = CREDIBLE
  let weight = ONE
  rule.forEach((one, index) => {
    if (!has(one) || (least !== CREDIBLE && !isAbove(weight, one.weight))) return
    least = index + 1
    weight = one.weight
  })
  return least
}
