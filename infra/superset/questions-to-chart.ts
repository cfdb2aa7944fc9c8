/** Owns what Superset is told of the questions: definition, query, and the defaults that are of no time. */

import { QUESTIONS } from '../questions/questions.ts'

interface QuestionToChart {
  readonly definition: string
  readonly query: string
  /** What is of now is not among them: it is said in SQL, by the dataset, or it would be of the hour of the start. */
  readonly defaults: Readonly<Record<string, string>>
}

export const questionsToChart = (): Readonly<Record<string, QuestionToChart>> =>
  Object.fromEntries(
    QUESTIONS.map(({ name, definition, query, parameters }) => [
      name,
      {
        definition,
        query,
        defaults: Object.fromEntries(
          Object.entries(parameters).flatMap(([parameter, { fallback }]) =>
            typeof fallback === 'string' ? [[parameter, fallback]] : [],
          ),
        ),
      },
    ]),
  )
