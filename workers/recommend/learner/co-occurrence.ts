/** Owns co-occurrence: what stood in sessions with the last item, before or after it (AR of rn5l/session-rec). */

import type { Heard, Predictor } from './predictor.ts'
import { Rules, type RulesOptions } from './rules.ts'
import { Tally } from './tally.ts'

export class CoOccurrence implements Predictor {
  readonly #rules: Rules
  readonly #own = new Tally()

  constructor(options: RulesOptions) {
    this.#rules = new Rules(options)
  }

  learn({ item, before }: Heard): void {
    for (const other of before) {
      this.#rules.add(item, other, 1)
      this.#rules.add(other, item, 1)
    }
  }

  score(revealed: readonly number[], into: Tally): void {
    const last = revealed.at(-1)
    if (last !== undefined) this.#rules.score(last, into, this.#own)
  }
}
