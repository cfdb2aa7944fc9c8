/** Owns the lease of a session: what it may play by, who plays instead, and which words are of a holder that was stopped. */

import type { NamedDevice } from '../protocol/messages/devices.ts'
import { said, say } from './answers.ts'
import { type Effect, NONE, SAVE, SHOW } from './effect.ts'
import type { Lease } from './lease.ts'
import { endOpen, type Session } from './session.ts'

/** The session may play by this lease. */
export function giveLease(session: Session, granted: Lease): void {
  session.lease = granted
  if (granted.fence > 0) session.lastFence = granted.fence
}

/** It plays on by another lease: the client is told of the fence. */
export function renewLease(session: Session, granted: Lease, nowMs: number): readonly Effect[] {
  const isNew = session.lease?.fence !== granted.fence
  giveLease(session, granted)
  if (!isNew || session.state.at !== 'playing') return NONE
  return [say(session, said(session, undefined, 'playing', session.state.stream, nowMs)), SAVE]
}

/** Another device plays instead: the stream ends, and what this session still asks by its fence is refused. */
export function evict(session: Session, by: NamedDevice | undefined, nowMs: number): readonly Effect[] {
  session.staleFence = Math.max(session.staleFence, session.lastFence)
  session.lease = undefined
  if (session.state.at === 'idle') return NONE
  const { stream } = session.state
  const effects: Effect[] = []
  endOpen(session, 'evicted', undefined, nowMs, effects)
  const stopped = { ...said(session, undefined, 'stopped', stream, nowMs), reason: 'evicted' as const }
  effects.push(say(session, by === undefined ? stopped : { ...stopped, by }), SHOW, SAVE)
  return effects
}

/** Whether a message is of a holder that was stopped. */
export function isStale(session: Session, fence: number | undefined): boolean {
  return fence !== undefined && fence <= session.staleFence && fence > 0
}
