/** Owns measuring the forecast, and one by recency alone, on the same listeners. */

import { type Measures, measure } from '../sharing/evaluate/measures.ts'
import type { Forecast } from './forecasts.ts'

export interface Measured extends Measures {
  readonly method: string
  readonly from: number
}

/** From so much on a listener is called: the best F1 on the seeds that the weights were fitted on. */
export interface Thresholds {
  readonly risk: number
  readonly daysSilent: number
}

const METHODS: readonly { readonly name: string; readonly threshold: keyof Thresholds; of(one: Forecast): number }[] = [
  { name: 'risk', threshold: 'risk', of: ({ risk }) => risk },
  { name: 'recency alone', threshold: 'daysSilent', of: ({ features }) => features[0] ?? 0 },
]

export const compare = (forecasts: readonly Forecast[], thresholds: Thresholds): Measured[] =>
  METHODS.map(({ name, threshold, of }) => ({
    method: name,
    from: thresholds[threshold],
    ...measure(
      forecasts.map((one) => ({ score: of(one), flagged: of(one) >= thresholds[threshold], shared: one.churned })),
    ),
  }))

/** The threshold of each method with the best F1. */
export function bestThresholds(forecasts: readonly Forecast[]): Thresholds {
  const best = METHODS.map(({ of }) => {
    const ranked = [...forecasts].sort((a, b) => of(b) - of(a))
    const all = forecasts.filter(({ churned }) => churned).length
    let [found, bestF1, threshold] = [0, 0, 0]
    ranked.forEach((one, index) => {
      if (one.churned) found += 1
      const next = ranked[index + 1]
      if (next !== undefined && of(next) === of(one)) return
      const f1 = (2 * found) / (index + 1 + all)
      if (f1 > bestF1) [bestF1, threshold] = [f1, of(one)]
    })
    return threshold
  })
  return { risk: best[0] ?? 0, daysSilent: best[1] ?? 0 }
}
