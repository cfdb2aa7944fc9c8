/** Owns of how few listeners a figure is not shown, read from the environment. */

import type { EnvReader } from '../runtime/env.ts'

export const SMALL_CELLS_VARIABLE = 'SEGUE_SMALL_CELLS'

/** The least number of listeners of whom something is told; 1 hides nothing. */
export const leastListeners = (read: EnvReader): number =>
  read.integer(SMALL_CELLS_VARIABLE, { min: 1, max: 10_000, fallback: 10 })
