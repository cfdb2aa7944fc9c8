/** Owns the numbers of places: a place is a territory and a tier, and has a pool a side of the rights. */

import { NumberOf } from '../reckoning/number-of.ts'
import { type FrozenRow, STREAM_COLUMNS } from './frozen-row.ts'

/** Texts in the order that they were first met. */
class Numbered {
  readonly #numbers = new Map<string, number>()

  of = (text: string): number => {
    const number = this.#numbers.get(text) ?? this.#numbers.size
    this.#numbers.set(text, number)
    return number
  }
}

export class Places {
  readonly #territories = new Numbered()
  readonly #tiers = new Numbered()
  readonly #territoryOf = new NumberOf(STREAM_COLUMNS.territory, this.#territories.of)
  readonly #tierOf = new NumberOf(STREAM_COLUMNS.tier, this.#tiers.of)
  /** By territory and tier. */
  readonly #numbers: number[][] = []
  #count = 0

  /** Where a stream was heard. */
  placeIn(row: FrozenRow): number {
    return this.#numberOf(this.#territoryOf.in(row), this.#tierOf.in(row))
  }

  territoryIn(row: FrozenRow): number {
    return this.#territoryOf.in(row)
  }

  of(territory: string, tier: string): number {
    return this.#numberOf(this.#territories.of(territory), this.#tiers.of(tier))
  }

  #numberOf(territory: number, tier: number): number {
    let tiers = this.#numbers[territory]
    if (tiers === undefined) {
      tiers = []
      this.#numbers[territory] = tiers
    }
    let number = tiers[tier]
    if (number === undefined) {
      number = this.#count
      this.#count += 1
      tiers[tier] = number
    }
    return number
  }
}
