/** Handles `credit`: signs the chunks that are due. */

import type { Credit } from '../../protocol/messages/credit.ts'
import { credit, type Session } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'

export function onCredit(context: Context, connection: Connection, session: Session, message: Credit): void {
  const nowMs = context.now()
  perform(context, connection, session, credit(session, message, nowMs, context.grantPolicy), nowMs)
}
