/** Owns the blend of neighbour lists with what a session heard: what is heard beside its last tracks, the later the more, and what is heard after the last one (D9). */

import { type Neighbours, WHOLE } from '../protocol/events/neighbours.ts'

/** A track that was heard, and its neighbours as far as they are known. */
export interface HeardTrack {
  readonly track_id: string
  readonly list: Neighbours | undefined
}

export interface Blended {
  readonly track_id: string
  score: number
  /** What speaks for it most. */
  because: string
  most: number
}

/** So many of the latest tracks say what the session is about. */
export const MOST_HEARD = 8
/** As the blend that is measured offline has it: VS-KNN for what there is, SR for what is first. */
const BESIDE = 0.5
const AFTER = 0.5

/** By track, from 0 to 1. @param heard the latest first */
export function blend(heard: readonly HeardTrack[]): Map<string, Blended> {
  const blended = new Map<string, Blended>()
  const count = Math.min(heard.length, MOST_HEARD)
  // The weights of `count` tracks, as VS-KNN has them: 1 for the latest, then less by equal steps.
  const all = (count + 1) / 2
  for (let i = 0; i < count; i += 1) {
    const { track_id, list } = heard[i] as HeardTrack
    if (list === undefined) continue
    const besideOf = (BESIDE * (count - i)) / count / all / WHOLE
    const afterOf = i === 0 ? AFTER / WHOLE : 0
    const { trackIds, beside, after } = list
    for (let n = 0; n < trackIds.length; n += 1) {
      const id = trackIds[n] as string
      const part = besideOf * (beside[n] as number) + afterOf * (after[n] as number)
      if (part === 0) continue
      const known = blended.get(id)
      if (known === undefined) blended.set(id, { track_id: id, score: part, because: track_id, most: part })
      else {
        known.score += part
        if (part > known.most) {
          known.most = part
          known.because = track_id
        }
      }
    }
  }
  return blended
}
