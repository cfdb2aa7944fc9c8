/** Owns the table of the ways to recommend, by their names on the command line. */

import { Blend } from '../learner/blend.ts'
import { CoOccurrence } from '../learner/co-occurrence.ts'
import { Popularity } from '../learner/popularity.ts'
import type { Predictor } from '../learner/predictor.ts'
import { SequentialRules } from '../learner/sequential-rules.ts'
import { VsKnn } from '../learner/vs-knn.ts'
import { Given, pruning, sequentialRulesOptions, vsKnnOptions } from './parameters.ts'

const isPart = (value: number) => value >= 0 && value <= 1

const ALGORITHMS = {
  'vs-knn': (given: Given) => new VsKnn(vsKnnOptions(given)),
  sr: (given: Given) => new SequentialRules(sequentialRulesOptions(given)),
  /** VS-KNN for recall, SR for the first places. */
  blend: (given: Given) => {
    const sr = given.number('sr.weight', 0.5, isPart, 'a part from 0 to 1')
    return new Blend([
      { predictor: new VsKnn(vsKnnOptions(given, 'vs-knn.')), weight: 1 - sr },
      { predictor: new SequentialRules(sequentialRulesOptions(given, 'sr.')), weight: sr },
    ])
  },
  'co-occurrence': (given: Given) => new CoOccurrence({ pruning: pruning(given) }),
  popularity: () => new Popularity(),
} as const satisfies Readonly<Record<string, (given: Given) => Predictor>>

export type AlgorithmName = keyof typeof ALGORITHMS
export const ALGORITHM_NAMES = Object.keys(ALGORITHMS) as readonly AlgorithmName[]

/** @throws {ParameterProblem} */
export function createAlgorithm(name: AlgorithmName, params: readonly string[] = []): Predictor {
  const given = new Given(params)
  const predictor = ALGORITHMS[name](given)
  given.end()
  return predictor
}
