/** Handles `credit`: signs the chunks that are due. */

import type { Credit } from '../../protocol/messages/credit.ts'
import { credit } from '../../session/requests.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import { NOTHING } from '../grant-policy.ts'
import type { HeldSession } from '../held-session.ts'
import { refuse } from '../outbox.ts'

export function onCredit(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Credit,
  nowMs: number,
): void {
  const policy = context.grantPolicy
  perform(context, connection, held, credit(held.session, message, nowMs, policy), nowMs)
  if (policy !== NOTHING) return
  refuse(context, connection, 'unavailable', 'sessions have not been saved for too long; say the credit again later')
}
