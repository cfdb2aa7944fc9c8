/** Handles `play`: begins the named track, or goes on with the paused stream. */

import type { Play } from '../../protocol/messages/play.ts'
import { resume, type Session } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import { beginTrack } from './begin.ts'

export function onPlay(
  context: Context,
  connection: Connection,
  session: Session,
  message: Play,
): void | Promise<void> {
  if (message.track_id === undefined) {
    const nowMs = context.now()
    perform(context, connection, session, resume(session, message.id, nowMs, context.grantPolicy), nowMs)
    return
  }
  return beginTrack(context, connection, session, {
    re: message.id,
    trackId: message.track_id,
    positionMs: message.position_ms ?? 0,
    reason: message.reason ?? 'unknown',
    endReason: message.reason === 'previous' ? 'previous' : 'pick',
    endPositionMs: message.from_ms,
  })
}
