/** Owns the weighted blend: scores of several ways, each with 1 for its best, added by weight. */

import type { Heard, Predictor } from './predictor.ts'
import { Tally } from './tally.ts'

export interface Part {
  readonly predictor: Predictor
  readonly weight: number
}

export class Blend implements Predictor {
  readonly #parts: readonly Part[]
  readonly #own = new Tally()

  constructor(parts: readonly Part[]) {
    this.#parts = parts
  }

  learn(heard: Heard): void {
    for (const { predictor } of this.#parts) predictor.learn(heard)
  }

  score(revealed: readonly number[], into: Tally): void {
    for (const { predictor, weight } of this.#parts) {
      predictor.score(revealed, this.#own)
      for (const item of this.#own.touched) into.add(item, this.#own.of(item) * weight)
      this.#own.clear()
    }
  }
}
