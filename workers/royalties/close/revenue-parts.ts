/** Owns how the money of a pool is divided between sets of rules that share it: by what their streams weigh before any model. */

import { classesOf } from '../reckoning/credibility.ts'
import { ineligibilityOf, type YearHeard } from '../reckoning/eligibility.ts'
import { byLargestRemainder } from '../reckoning/largest-remainder.ts'
import { inProportion, type Rational, sumOf } from '../reckoning/rational.ts'
import type { Paying } from './payers.ts'
import type { Places } from './places.ts'
import type { TermsClass, TermsClasses } from './terms-class.ts'

export class RevenueParts {
  readonly #classes: TermsClasses
  readonly #places: Places
  readonly #years: ReadonlyMap<string, YearHeard>
  /** By the number of what pays. */
  readonly #isPaid: boolean[] = []
  /** How many streams there are by rules, place and credibility. */
  readonly #counts = new Map<TermsClass, number[][]>()

  /** @param years tells what was heard of an ISRC in twelve months. */
  constructor(classes: TermsClasses, places: Places, years: ReadonlyMap<string, YearHeard>) {
    this.#classes = classes
    this.#places = places
    this.#years = years
  }

  /** A stream of a recording that is not paid at all counts as none. */
  count({ number, isrc, kind }: Paying, place: number, credibility: number): void {
    this.#isPaid[number] ??= ineligibilityOf(kind.rules.eligibility, this.#years.get(isrc)) === undefined
    if (!this.#isPaid[number]) return
    let ofKind = this.#counts.get(kind)
    if (ofKind === undefined) {
      ofKind = []
      this.#counts.set(kind, ofKind)
    }
    let here = ofKind[place]
    if (here === undefined) {
      here = []
      ofKind[place] = here
    }
    here[credibility] = (here[credibility] ?? 0) + 1
  }

  /** What of the money of a pool is reckoned by these rules, once all streams were counted. */
  partOf(kind: TermsClass): (territory: string, tier: string, micros: bigint) => bigint {
    const all = this.#classes.ofRights(kind.rights)
    if (all.length === 1) return (_, __, micros) => micros
    const own = all.indexOf(kind)
    const usual = all.findIndex(({ contracts }) => contracts.includes(null))
    const known: bigint[][] = []
    return (territory, tier, micros) => {
      const place = this.#places.of(territory, tier)
      known[place] ??= inProportion(all.map((one) => this.#weightOf(one, place)))
      const weights = known[place]
      // Where nothing weighs anything it is the money of those that have no rules of their own.
      if (weights.every((weight) => weight === 0n)) return own === Math.max(usual, 0) ? micros : 0n
      return byLargestRemainder(micros, weights)[own] as bigint
    }
  }

  #weightOf(kind: TermsClass, place: number): Rational {
    const counts = this.#counts.get(kind)?.[place] ?? []
    return sumOf(
      classesOf(kind.rules.credibility).map(({ weight }, credibility) => ({
        num: weight.num * BigInt(counts[credibility] ?? 0),
        den: weight.den,
      })),
    )
  }
}
