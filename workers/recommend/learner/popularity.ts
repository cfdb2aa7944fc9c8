/** Owns popularity: what was heard most, the same for everybody, whose score is n / (n + 1) of n times. */

import type { Heard, Predictor } from './predictor.ts'
import { Tally } from './tally.ts'

export class Popularity implements Predictor {
  readonly #times = new Tally()

  learn({ item }: Heard): void {
    this.#times.add(item, 1)
  }

  score(_revealed: readonly number[], into: Tally): void {
    for (const item of this.#times.touched) {
      const times = this.#times.of(item)
      into.add(item, times / (times + 1))
    }
  }
}
