/** Handles `stop`. */

import type { Stop } from '../../protocol/messages/stop.ts'
import { type Session, stop } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'

export function onStop(context: Context, connection: Connection, session: Session, message: Stop): void {
  const nowMs = context.now()
  perform(context, connection, session, stop(session, message.id, message.reason, message.position_ms, nowMs), nowMs)
}
