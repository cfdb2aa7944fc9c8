/** Handles `play`: begins the named track, or goes on with the paused stream. */

import type { Play } from '../../protocol/messages/play.ts'
import { resume } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'
import { beginTrack, refuseBegin } from './begin.ts'

export function onPlay(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Play,
  nowMs: number,
): void | Promise<void> {
  if (message.track_id === undefined) {
    perform(context, connection, held, resume(held.session, message.id, nowMs, context.grantPolicy), nowMs)
    return
  }
  const wish = {
    re: message.id,
    nowMs,
    trackId: message.track_id,
    positionMs: message.position_ms ?? 0,
    reason: message.reason ?? 'unknown',
    endReason: message.reason === 'previous' ? 'previous' : 'pick',
    endPositionMs: message.from_ms,
  } as const
  return beginTrack(context, connection, held, wish, (found) => refuseBegin(context, connection, held, wish, found))
}
