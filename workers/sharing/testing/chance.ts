/** Owns draws from the distributions that the traces are made of. */

import { pick, seededRandom } from '../../../infra/demo/seeded-random.ts'

export class Chance {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  /** Another stream of chance, so that one account more does not change the next. */
  fork(): Chance {
    return new Chance(Math.floor(this.#random() * 2 ** 32))
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.#random()
  }

  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1))
  }

  happens(probability: number): boolean {
    return this.#random() < probability
  }

  pick<T>(items: readonly T[]): T {
    return pick(this.#random, items)
  }

  /** One of the items, the other ones than `not` if there are any. */
  pickOther<T>(items: readonly T[], not: T): T {
    const others = items.filter((item) => item !== not)
    return this.pick(others.length > 0 ? others : items)
  }

  weighted<T>(items: readonly (readonly [T, number])[]): T {
    let left = this.#random() * items.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [item, weight] of items) {
      left -= weight
      if (left < 0) return item
    }
    return this.pick(items)[0]
  }

  /** Around zero, by Box and Muller. */
  normal(deviation: number): number {
    return deviation * Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random())
  }

  /** How many of something rare (Knuth). */
  poisson(mean: number): number {
    const floor = Math.exp(-mean)
    let count = 0
    for (let left = this.#random(); left > floor; left *= this.#random()) count += 1
    return count
  }
}
