/** Handles `seek`. */

import type { Seek } from '../../protocol/messages/seek.ts'
import { seek } from '../../session/requests.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'

export function onSeek(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Seek,
  nowMs: number,
): void {
  perform(context, connection, held, seek(held.session, message, nowMs), nowMs)
}
