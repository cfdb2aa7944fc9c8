/** Handles `heartbeat`: answers at once, then takes the position as evidence. Hot path. */

import type { Heartbeat } from '../../protocol/messages/heartbeat.ts'
import { heartbeat, type Session } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import { send } from '../outbox.ts'

export function onHeartbeat(context: Context, connection: Connection, session: Session, message: Heartbeat): void {
  const nowMs = context.now()
  send(context, connection, { type: 'heartbeat_ack', sent_at_ms: message.sent_at_ms, server_time_ms: nowMs })
  perform(context, connection, session, heartbeat(session, message, nowMs, context.grantPolicy), nowMs)
}
