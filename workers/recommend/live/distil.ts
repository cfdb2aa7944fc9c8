/**
 * Owns the list of a track: what VS-KNN and SR say of a session that heard this track last. Of its latest sessions the share that
 * heard another track too, and the share that heard it within so many steps after, the nearer the more; a skip counts against.
 */

import { MOST_NEIGHBOURS, MOST_POPULAR, type Neighbours, WHOLE } from '../../../protocol/events/neighbours.ts'
import { firstOf } from '../../../session/first-of.ts'
import type { KnownTrack, Memory } from './memory.ts'

/** As SR has it, by default. */
const STEPS = 10
/** Every whole number up to the steps divides it: sums of parts are whole, and the same in any order. */
const PARTS = 2_520
/** As if so many more sessions had heard the track, and nothing with it: what one session did is no rule. */
const DOUBT = 3

let counting = 0

/** Undefined: there is nothing to say. @param isThere whether a track may be suggested at all */
export function distil(
  memory: Memory,
  track: KnownTrack,
  isThere: (trackId: string) => boolean,
): Neighbours | undefined {
  const sessions = memory.heardBy(track)
  const found: KnownTrack[] = []
  counting += 1
  let heard = 0
  for (const { tracks, isSkip } of sessions) {
    const place = lastHeard(tracks, isSkip, track)
    if (place < 0) continue
    heard += 1
    for (let n = 0; n < tracks.length; n += 1) {
      const other = tracks[n] as KnownTrack
      if (other === track) continue
      if (other.seenBy !== counting) {
        other.seenBy = counting
        other.beside = 0
        other.after = 0
        found.push(other)
      }
      const sign = isSkip[n] === true ? -1 : 1
      if (tracks.indexOf(other) === n) other.beside += sign
      const steps = n - place
      if (steps > 0 && steps <= STEPS) other.after += (sign * PARTS) / steps
    }
  }
  const share = (sum: number, whole: number) =>
    Math.min(WHOLE, Math.max(0, Math.round((WHOLE * sum) / (whole * (heard + DOUBT)))))
  const best = found
    .map(({ id, beside, after }) => ({ id, beside: share(beside, 1), after: share(after, PARTS) }))
    .filter(({ id, beside, after }) => beside + after > 0 && isThere(id))
    .sort((a, b) => b.beside + b.after - a.beside - a.after || (a.id < b.id ? -1 : 1))
    .slice(0, MOST_NEIGHBOURS)
  if (best.length === 0 || !isThere(track.id)) return undefined
  return {
    trackIds: best.map(({ id }) => id),
    beside: Uint8Array.from(best, ({ beside }) => beside),
    after: Uint8Array.from(best, ({ after }) => after),
  }
}

type Times = readonly [KnownTrack, number]

/** What is heard most in a country, the most first. */
export function distilPopular(memory: Memory, country: string, isThere: (trackId: string) => boolean): string[] {
  const order = ([a, of]: Times, [b, than]: Times) => than - of || (a.id < b.id ? -1 : 1)
  const heard = [...memory.popularIn(country)].filter(([{ id }, times]) => times > 0 && isThere(id))
  return firstOf(heard, MOST_POPULAR, order).map(([{ id }]) => id)
}

function lastHeard(tracks: readonly KnownTrack[], isSkip: readonly boolean[], track: KnownTrack): number {
  for (let n = tracks.length - 1; n >= 0; n -= 1) if (tracks[n] === track && isSkip[n] !== true) return n
  return -1
}
