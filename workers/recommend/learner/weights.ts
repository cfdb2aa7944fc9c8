/** Owns the decays by place, under the names and with the formulas of rn5l/session-rec. */

/** What an item weighs that is `i`th of a session of `length` (VS-KNN's `weighting`). */
export const BY_PLACE = {
  same: () => 1,
  div: (i: number, length: number) => i / length,
  linear: (i: number, length: number) => (i <= 10 ? 1 - 0.1 * (length - i) : 0),
  log: (i: number, length: number) => 1 / Math.log10(length - i + 1.7),
  quadratic: (i: number, length: number) => (i / length) ** 2,
} as const

/** What counts that lies `i` steps back (`weighting_score` of VS-KNN, `weighting` of SR). */
export const BY_DISTANCE = {
  same: () => 1,
  div: (i: number) => 1 / i,
  linear: (i: number) => (i <= 100 ? 1 - 0.1 * i : 0),
  log: (i: number) => 1 / Math.log10(i + 1.7),
  quadratic: (i: number) => 1 / (i * i),
} as const

export type DecayName = keyof typeof BY_DISTANCE
export const DECAYS = Object.keys(BY_DISTANCE) as readonly DecayName[]
