/** Owns weights from an item to others, which SR and co-occurrence both are: what followed, or stood beside, what. */

import type { Tally } from './tally.ts'

export interface RulesOptions {
  /** Of each item so many of the heaviest count; below one, so large a part is left out; 0: all count. */
  readonly pruning: number
}

export class Rules {
  readonly #pruning: number
  readonly #from = new Map<number, Map<number, number>>()

  constructor({ pruning }: RulesOptions) {
    this.#pruning = pruning
  }

  add(from: number, to: number, weight: number): void {
    let rules = this.#from.get(from)
    if (rules === undefined) {
      rules = new Map()
      this.#from.set(from, rules)
    }
    rules.set(to, (rules.get(to) ?? 0) + weight)
  }

  /** Adds those of `from` that count, the heaviest as 1. `own` is for sums on the way, and is left empty. */
  score(from: number, into: Tally, own: Tally): void {
    const rules = this.#from.get(from)
    if (rules === undefined) return
    for (const [to, weight] of rules) own.add(to, weight)
    for (const { item, score } of own.best(this.#kept(rules.size), own.most())) into.add(item, score)
    own.clear()
  }

  #kept(size: number): number {
    if (this.#pruning <= 0) return size
    return this.#pruning < 1 ? size - Math.floor(size * this.#pruning) : Math.floor(this.#pruning)
  }
}
