/** Handles `next`: begins the first track of what is up next, or stops when nothing is left. */

import type { Next } from '../../protocol/messages/next.ts'
import { type Session, stop } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import { beginTrack } from './begin.ts'

export function onNext(
  context: Context,
  connection: Connection,
  session: Session,
  message: Next,
): void | Promise<void> {
  const first = session.upNext[0]
  if (first === undefined) {
    const nowMs = context.now()
    perform(context, connection, session, stop(session, message.id, message.reason, message.position_ms, nowMs), nowMs)
    return
  }
  return beginTrack(context, connection, session, {
    re: message.id,
    trackId: first.track_id,
    positionMs: 0,
    reason: message.reason === 'next' ? 'next' : 'queue',
    endReason: message.reason,
    endPositionMs: message.position_ms,
  })
}
