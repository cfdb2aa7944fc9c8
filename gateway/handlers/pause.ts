/** Handles `pause`. */

import type { Pause } from '../../protocol/messages/pause.ts'
import { pause, type Session } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'

export function onPause(context: Context, connection: Connection, session: Session, message: Pause): void {
  const nowMs = context.now()
  perform(context, connection, session, pause(session, message, nowMs), nowMs)
}
