/** Owns how long a track may be: an opera is taken, a file that unfolds to weeks is not. */

import type { EnvReader } from '../runtime/env.ts'
import type { Longest } from './examine.ts'

const VARIABLE = 'SEGUE_LONGEST_TRACK_MINUTES'
/** The names of chunks have room for four days. */
const MOST_MINUTES = 5_760

export const longestTrackConfig = (read: EnvReader): Longest => ({
  ms: read.integer(VARIABLE, { min: 1, max: MOST_MINUTES, fallback: 240 }) * 60_000,
  remedy: `cut it, or set ${VARIABLE}`,
})
