/** Handles `pause`. */

import type { Pause } from '../../protocol/messages/pause.ts'
import { pause } from '../../session/requests.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'

export function onPause(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Pause,
  nowMs: number,
): void {
  perform(context, connection, held, pause(held.session, message, nowMs), nowMs)
}
