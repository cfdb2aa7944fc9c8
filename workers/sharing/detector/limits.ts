/** Owns the bounds by which events are read: what is one place, one session, one traveller. */

import type { Plan } from '../../../protocol/vocabulary.ts'
import { STREAM_LIMITS } from '../../../session/stream-limits.ts'
import type { TravelLimit } from './distance.ts'
import type { PlayEventKind } from './play-event.ts'

export interface Limits {
  /** Streams at a time that a plan allows. */
  readonly streams: Readonly<Record<Plan, number>>
  /** Faster than this a device does not travel: one of its two places is not real. */
  readonly travel: readonly TravelLimit[]
  /** Places of one provider within this are one: addresses are known to about a town. */
  readonly sameAreaKm: number
  /** An event says that its device has played since the one before, when that is no longer ago than this. */
  readonly playedSinceMs: Readonly<Record<PlayEventKind, number>>
  /** Less of it on a day is a change of devices, not two listeners. */
  readonly overlapFromMs: number
  /** Whether addresses stay is told by devices that come back: to the same within the longer, to another within the shorter. */
  readonly keptWithinMs: number
  readonly changedWithinMs: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

export const LIMITS: Limits = {
  streams: {
    free: STREAM_LIMITS.free.streams,
    individual: STREAM_LIMITS.individual.streams,
    duo: STREAM_LIMITS.duo.streams,
    family: STREAM_LIMITS.family.streams,
  },
  travel: [
    // A road or a fast train; an hour's flight is longer by the ways to it.
    { fromKm: 100, fasterThanKmh: 300 },
    { fromKm: 700, fasterThanKmh: 1000 },
  ],
  sameAreaKm: 30,
  playedSinceMs: { play_start: 6 * MINUTE_MS, heartbeat: 30 * MINUTE_MS, play_end: 4 * HOUR_MS },
  overlapFromMs: 2 * MINUTE_MS,
  keptWithinMs: 36 * HOUR_MS,
  changedWithinMs: 8 * HOUR_MS,
}
