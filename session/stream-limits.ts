/** Owns how many streams a plan allows at once, and of whom. */

import type { Plan } from '../protocol/vocabulary.ts'

export interface StreamLimits {
  /** Of the account. */
  readonly streams: number
  /** Of one member of it. */
  readonly perMember: number
}

export const STREAM_LIMITS: Readonly<Record<Plan, StreamLimits>> = {
  free: { streams: 1, perMember: 1 },
  individual: { streams: 1, perMember: 1 },
  duo: { streams: 2, perMember: 1 },
  family: { streams: 6, perMember: 1 },
}
