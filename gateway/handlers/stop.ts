/** Handles `stop`. */

import type { Stop } from '../../protocol/messages/stop.ts'
import { stop } from '../../session/requests.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'

export function onStop(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Stop,
  nowMs: number,
): void {
  perform(context, connection, held, stop(held.session, message, nowMs), nowMs)
}
