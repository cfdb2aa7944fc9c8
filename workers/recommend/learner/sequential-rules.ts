/** Owns SR, sequential rules: what was heard within so many steps after the last item, the nearer the more (Ludewig and Jannach 2018). */

import type { Heard, Predictor } from './predictor.ts'
import { Rules, type RulesOptions } from './rules.ts'
import { Tally } from './tally.ts'
import { BY_DISTANCE, type DecayName } from './weights.ts'

export interface SequentialRulesOptions extends RulesOptions {
  readonly steps: number
  readonly weighting: DecayName
}

export class SequentialRules implements Predictor {
  readonly #steps: number
  readonly #weightAt: (i: number) => number
  readonly #rules: Rules
  readonly #own = new Tally()

  constructor(options: SequentialRulesOptions) {
    this.#steps = options.steps
    this.#weightAt = BY_DISTANCE[options.weighting]
    this.#rules = new Rules(options)
  }

  learn({ item, before }: Heard): void {
    const steps = Math.min(this.#steps, before.length)
    for (let i = 1; i <= steps; i += 1) this.#rules.add(before[before.length - i] as number, item, this.#weightAt(i))
  }

  score(revealed: readonly number[], into: Tally): void {
    const last = revealed.at(-1)
    if (last !== undefined) this.#rules.score(last, into, this.#own)
  }
}
