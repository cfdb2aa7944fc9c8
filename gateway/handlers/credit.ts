/** Handles `credit`: signs the chunks that are due. */

import type { Credit } from '../../protocol/messages/credit.ts'
import { credit } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'

export function onCredit(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Credit,
  nowMs: number,
): void {
  perform(context, connection, held, credit(held.session, message, nowMs, context.grantPolicy), nowMs)
}
