/** Owns the exchange rates of a month: as they were entered, turned round, or by way of one other currency. Exact. */

import { inLowestTerms, ONE, type Rational } from '../reckoning/rational.ts'
import type { Rate } from './frozen-month.ts'

export class Rates {
  readonly #rates = new Map<string, Rational>()
  readonly #currencies: readonly string[]

  constructor(rates: readonly Rate[]) {
    for (const { base, quote, num, den } of rates) {
      const rate = inLowestTerms({ num: BigInt(num), den: BigInt(den) })
      this.#rates.set(`${base} ${quote}`, rate)
      if (!this.#rates.has(`${quote} ${base}`)) this.#rates.set(`${quote} ${base}`, { num: rate.den, den: rate.num })
    }
    // What was entered goes before what was turned round.
    for (const { base, quote, num, den } of rates)
      this.#rates.set(`${base} ${quote}`, inLowestTerms({ num: BigInt(num), den: BigInt(den) }))
    this.#currencies = [...new Set(rates.flatMap(({ base, quote }) => [base, quote]))].sort()
  }

  /** How many units of `to` one of `from` is; undefined: nobody said. */
  rate(from: string, to: string): Rational | undefined {
    if (from === to) return ONE
    const direct = this.#rates.get(`${from} ${to}`)
    if (direct !== undefined) return direct
    for (const by of this.#currencies) {
      const first = this.#rates.get(`${from} ${by}`)
      const second = this.#rates.get(`${by} ${to}`)
      if (first !== undefined && second !== undefined)
        return inLowestTerms({ num: first.num * second.num, den: first.den * second.den })
    }
    return undefined
  }
}
