/** Handles `heartbeat`: answered at once; its position is evidence, in turn. Hot path. */

import { writeHeartbeatAck } from '../../protocol/heartbeat-frame.ts'
import type { Heartbeat } from '../../protocol/messages/heartbeat.ts'
import { isStale } from '../../session/leasing.ts'
import { heartbeat } from '../../session/requests.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'
import { mayWriteAtOnce, send, writeAtOnce } from '../outbox.ts'

export function answerHeartbeat(context: Context, connection: Connection, message: Heartbeat): void {
  const { sent_at_ms } = message
  const server_time_ms = connection.lastHeardMs
  if (mayWriteAtOnce(connection)) writeAtOnce(connection, writeHeartbeatAck(sent_at_ms, server_time_ms))
  else send(context, connection, { type: 'heartbeat_ack', sent_at_ms, server_time_ms })
}

export function onHeartbeat(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Heartbeat,
  nowMs: number,
): void {
  connection.bufferMs = message.buffer_ms ?? 0
  if (isStale(held.session, message.fence)) {
    // On its way while another device took over: late, not wrong. He lives all the same, and his session waits for him from now.
    context.keeper.saveInTime(held)
    return
  }
  perform(context, connection, held, heartbeat(held.session, message, nowMs, context.grantPolicy), nowMs)
  context.leases.beat(held, nowMs)
}
