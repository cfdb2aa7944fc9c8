/** Owns sums by item: an array that is cleared by what was touched, and the best of them in order. */

import { firstOf } from '../../../session/first-of.ts'

export interface Scored {
  readonly item: number
  readonly score: number
}

/**
 * Sums of fractions differ in their last bits by the order in which they were added. What differs by less than this is a tie.
 * Scores are of the order of one.
 */
const STEPS_OF_ONE = 1e12

export const withoutDust = (value: number): number => Math.round(value * STEPS_OF_ONE) / STEPS_OF_ONE

/** The higher first, of equal ones the lower item. */
function better(a: Scored, b: Scored): number {
  return b.score - a.score || a.item - b.item
}

export class Tally {
  #sums = new Float64Array(1024)
  #isTouched = new Uint8Array(1024)
  readonly #touched: number[] = []

  get touched(): readonly number[] {
    return this.#touched
  }

  add(item: number, value: number): void {
    if (item >= this.#sums.length) this.#grow(item)
    if (this.#isTouched[item] === 0) {
      this.#isTouched[item] = 1
      this.#touched.push(item)
    }
    this.#sums[item] = (this.#sums[item] as number) + value
  }

  of(item: number): number {
    return this.#sums[item] ?? 0
  }

  clear(): void {
    for (const item of this.#touched) {
      this.#sums[item] = 0
      this.#isTouched[item] = 0
    }
    this.#touched.length = 0
  }

  most(): number {
    let most = 0
    for (const item of this.#touched) most = Math.max(most, this.#sums[item] as number)
    return most
  }

  /** The `most` best of what is above nothing, each divided by `by`; of equal ones the lower item first. */
  best(most: number, by = 1): Scored[] {
    const scored: Scored[] = []
    for (const item of this.#touched) {
      const score = withoutDust((this.#sums[item] as number) / by)
      if (score > 0) scored.push({ item, score })
    }
    return firstOf(scored, most, better)
  }

  #grow(item: number): void {
    const size = Math.max(item + 1, this.#sums.length * 2)
    const [sums, isTouched] = [new Float64Array(size), new Uint8Array(size)]
    sums.set(this.#sums)
    isTouched.set(this.#isTouched)
    this.#sums = sums
    this.#isTouched = isTouched
  }
}
