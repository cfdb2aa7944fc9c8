/** Owns what is known of a track before it is encoded, as it goes into the books. */

import type { TrackTags } from './track-tags.ts'

export interface TrackRecord {
  readonly trackId: string
  readonly sourceHash: string
  readonly tags: TrackTags
  readonly durationMs: number
  readonly loudnessLufs: number
  readonly truePeakDbtp: number
  readonly gainDb: number
}

/** A file that cannot be taken, for a reason that lies in the file and not in our servers. */
export class TrackProblem extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'TrackProblem'
  }
}
