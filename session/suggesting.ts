/** Owns how what is up next changes while a track plays: more is known of what may come, or the listener does not want it. */

import { done } from './answers.ts'
import { type Effect, NONE, SAVE, SUGGEST } from './effect.ts'
import { withLatest } from './latest-tracks.ts'
import type { Session } from './session.ts'
import type { UpNextTrack } from './up-next.ts'

/** More is known by now: the list is this. */
export function suggest(session: Session, upNext: readonly UpNextTrack[]): readonly Effect[] {
  if (isSame(session.upNext, upNext)) return NONE
  session.upNext = upNext
  session.upNextRevision += 1
  return [SUGGEST, SAVE]
}

/** Not for this listener: neither now nor later in this session. */
export function dismiss(session: Session, re: number, trackId: string): readonly Effect[] {
  session.dismissed = withLatest(session.dismissed, trackId)
  const without = session.upNext.filter(({ track_id }) => track_id !== trackId)
  if (without.length === session.upNext.length) return done(session, re)
  session.upNext = without
  session.upNextRevision += 1
  return [SUGGEST, ...done(session, re)]
}

function isSame(before: readonly UpNextTrack[], now: readonly UpNextTrack[]): boolean {
  if (before.length !== now.length) return false
  return before.every(({ track_id, why }, n) => track_id === now[n]?.track_id && why === now[n]?.why)
}
