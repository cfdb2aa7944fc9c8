/** Handles `seek`. */

import type { Seek } from '../../protocol/messages/seek.ts'
import { type Session, seek } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'

export function onSeek(context: Context, connection: Connection, session: Session, message: Seek): void {
  const nowMs = context.now()
  perform(context, connection, session, seek(session, message, nowMs), nowMs)
}
