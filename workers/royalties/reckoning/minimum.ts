/** Owns the least that a contract is paid for a month, whatever its streams earned of the pools. */

import { byLargestRemainder } from './largest-remainder.ts'
import { inProportion, isAbove, type Rational, sumOf } from './rational.ts'

export interface MinimumTerms {
  /** In micro-units of the contract's currency; 0 is none. */
  readonly perStream: bigint
  /** Of which the contract has the part that its streams are of all streams. */
  readonly perSubscriber: bigint
  readonly perMonth: bigint
}

/** A version of a contract in a month. */
export interface VersionMonth {
  readonly terms: MinimumTerms
  /** The part of the month that it is valid for. */
  readonly valid: Rational
  /** In the same currency. */
  readonly earned: Rational
  readonly streams: bigint
  readonly allStreams: bigint
  readonly subscribers: bigint
}

const KINDS = ['perStream', 'perSubscriber', 'perMonth'] as const satisfies readonly (keyof MinimumTerms)[]
const NOTHING: Rational = { num: 0n, den: 1n }

/**
 * What is paid beyond the pools, from the platform's own, by version. The versions of a contract are added before anything is compared: a
 * new one that says the same changes nothing. Of the kinds that they have in common the greatest holds. What is missing in all goes to those
 * that fell short, in proportion; parts of a micro-unit are paid as a whole one, since less would be less than the minimum.
 */
export function topUpsOf(versions: readonly VersionMonth[]): bigint[] {
  const least = leastOf(versions)
  const short = versions.map(({ earned }, index) => minus(least[index] as Rational, earned))
  const missing = sumOf(short)
  if (missing.num <= 0n) return versions.map(() => 0n)
  const topUp = (missing.num + missing.den - 1n) / missing.den
  return byLargestRemainder(topUp, inProportion(short.map((one) => (one.num > 0n ? one : NOTHING))))
}

/** By version: what it adds to the minimum that holds. */
function leastOf(versions: readonly VersionMonth[]): Rational[] {
  const least: Rational[] = []
  for (const places of alike(versions)) {
    const byKind = KINDS.map((kind) => places.map((place) => amountOf(kind, versions[place] as VersionMonth)))
    const greatest = byKind.reduce((best, one) => (isAbove(sumOf(one), sumOf(best)) ? one : best))
    places.forEach((place, index) => {
      least[place] = greatest[index] as Rational
    })
  }
  return least
}

/** The places of those that have minimums of the same kinds. */
function alike(versions: readonly VersionMonth[]): Iterable<number[]> {
  const groups = new Map<string, number[]>()
  versions.forEach(({ terms }, place) => {
    const kinds = KINDS.filter((kind) => terms[kind] > 0n).join(' ')
    groups.set(kinds, [...(groups.get(kinds) ?? []), place])
  })
  return groups.values()
}

function amountOf(kind: keyof MinimumTerms, version: VersionMonth): Rational {
  const { terms, valid, streams, allStreams, subscribers } = version
  if (kind === 'perStream') return { num: terms.perStream * streams, den: 1n }
  if (kind === 'perMonth') return { num: terms.perMonth * valid.num, den: valid.den }
  return allStreams === 0n ? NOTHING : { num: terms.perSubscriber * subscribers * streams, den: allStreams }
}

const minus = (a: Rational, b: Rational): Rational => ({ num: a.num * b.den - b.num * a.den, den: a.den * b.den })
