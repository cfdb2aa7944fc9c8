/** Owns the parameters of the algorithms on the command line: their names, their defaults as published, and what each may be. */

import type { SequentialRulesOptions } from '../learner/sequential-rules.ts'
import type { VsKnnOptions } from '../learner/vs-knn.ts'
import { DECAYS, type DecayName } from '../learner/weights.ts'

/** Something is amiss in what was asked, and not in a file. */
export class ParameterProblem extends Error {
  override readonly name = 'ParameterProblem'
}

/** What was given, by name; each is taken once. */
export class Given {
  readonly #values = new Map<string, string>()
  readonly #known: string[] = []

  constructor(params: readonly string[]) {
    for (const param of params) {
      const [, name, value] = /^([^=]+)=(.*)$/.exec(param) ?? []
      if (name === undefined || value === undefined) throw new ParameterProblem(`${param}: name=value is wanted`)
      if (this.#values.has(name)) throw new ParameterProblem(`${name}: given twice`)
      this.#values.set(name, value)
    }
  }

  number(name: string, fallback: number, isGood: (value: number) => boolean, wanted: string): number {
    const text = this.#take(name)
    if (text === undefined) return fallback
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!Number.isFinite(value) || !isGood(value)) throw new ParameterProblem(`${name}=${text}: ${wanted} is wanted`)
    return value
  }

  whole(name: string, fallback: number, least: number): number {
    const isGood = (value: number) => Number.isInteger(value) && value >= least
    return this.number(name, fallback, isGood, `a whole number from ${least} on`)
  }

  word<W extends string>(name: string, fallback: W, words: readonly W[]): W {
    const text = this.#take(name)
    if (text === undefined) return fallback
    const word = words.find((one) => one === text)
    if (word === undefined) throw new ParameterProblem(`${name}=${text}: one of ${words.join(', ')} is wanted`)
    return word
  }

  /** @throws {ParameterProblem} for what no algorithm has taken. */
  end(): void {
    const unknown = [...this.#values.keys()].find((name) => !this.#known.includes(name))
    if (unknown === undefined) return
    throw new ParameterProblem(`${unknown}: no such parameter; there are ${this.#known.join(', ') || 'none'}`)
  }

  #take(name: string): string | undefined {
    this.#known.push(name)
    return this.#values.get(name)
  }
}

const PUBLISHED_DECAY: DecayName = 'div'
/** Rules that are kept of an item, of SR and AR alike. */
const PUBLISHED_PRUNING = 20

/** Those of `VMContextKNN`: k 100 of the 1,000 latest sessions, weights and scores by `div`. */
export function vsKnnOptions(given: Given, prefix = ''): VsKnnOptions {
  return {
    k: given.whole(`${prefix}k`, 100, 1),
    sampleSize: given.whole(`${prefix}sample_size`, 1000, 0),
    weighting: given.word(`${prefix}weighting`, PUBLISHED_DECAY, DECAYS),
    weightingScore: given.word(`${prefix}weighting_score`, PUBLISHED_DECAY, DECAYS),
    lastNClicks: given.whole(`${prefix}last_n_clicks`, 0, 0),
    remind: given.word(`${prefix}remind`, 'true', ['true', 'false']) === 'true',
    idfWeighting: given.number(`${prefix}idf_weighting`, 0, (value) => value >= 0, 'a number from 0 on'),
  }
}

/** Those of `SequentialRules`: 10 steps, `div`, 20 rules an item. */
export function sequentialRulesOptions(given: Given, prefix = ''): SequentialRulesOptions {
  return {
    steps: given.whole(`${prefix}steps`, 10, 1),
    weighting: given.word(`${prefix}weighting`, PUBLISHED_DECAY, DECAYS),
    pruning: pruning(given, prefix),
  }
}

export function pruning(given: Given, prefix = ''): number {
  const isGood = (value: number) => value >= 0 && (value < 1 || Number.isInteger(value))
  return given.number(`${prefix}pruning`, PUBLISHED_PRUNING, isGood, 'a whole number, or a part below 1,')
}
