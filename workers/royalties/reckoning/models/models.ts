/** Owns the names of the models. */

import { artistCentric } from './artist-centric.ts'
import type { Model } from './model.ts'
import { proRata } from './pro-rata.ts'
import { userCentric } from './user-centric.ts'

export const MODELS = {
  'pro-rata': proRata,
  'user-centric': userCentric,
  'artist-centric': artistCentric,
} as const satisfies Record<string, Model>

export type ModelName = keyof typeof MODELS
export const MODEL_NAMES = Object.keys(MODELS) as readonly ModelName[]
