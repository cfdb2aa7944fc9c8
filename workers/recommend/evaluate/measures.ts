/** Owns how good ranked lists are: as `HitRate`, `MRR`, `Coverage` and `Popularity` of rn5l/session-rec. */

import type { Scored } from '../learner/tally.ts'

export interface Measures {
  readonly hitRate: number
  readonly mrr: number
  /** Of the items of the training, so large a part was ever recommended. */
  readonly coverage: number
  /** How often what is recommended was heard, the item that was heard most being 1: the mean over the lists of the mean of a list. */
  readonly popularity: number
  readonly predictions: number
}

export class Judge {
  readonly #times: readonly number[]
  readonly #mostTimes: number
  readonly #recommended = new Set<number>()
  #predictions = 0
  #hits = 0
  #reciprocals = 0
  #lists = 0
  #popularity = 0

  /** @param times how often each item was heard in the training */
  constructor(times: readonly number[]) {
    this.#times = times
    this.#mostTimes = times.reduce((most, one) => Math.max(most, one), 0)
  }

  add(list: readonly Scored[], next: number): void {
    this.#predictions += 1
    const rank = list.findIndex(({ item }) => item === next) + 1
    if (rank > 0) {
      this.#hits += 1
      this.#reciprocals += 1 / rank
    }
    let times = 0
    for (const { item } of list) {
      this.#recommended.add(item)
      times += this.#times[item] ?? 0
    }
    if (list.length === 0) return
    this.#lists += 1
    this.#popularity += times / this.#mostTimes / list.length
  }

  measures(): Measures {
    const predictions = this.#predictions
    return {
      hitRate: this.#hits / (predictions || 1),
      mrr: this.#reciprocals / (predictions || 1),
      coverage: this.#recommended.size / (this.#times.length || 1),
      popularity: this.#popularity / (this.#lists || 1),
      predictions,
    }
  }
}
