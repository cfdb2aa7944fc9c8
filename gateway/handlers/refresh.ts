/** Handles `refresh`: a fresh token for the session that goes on. */

import type { Refresh } from '../../protocol/messages/refresh.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import type { HeldSession } from '../held-session.ts'
import { close, send } from '../outbox.ts'

export async function onRefresh(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Refresh,
): Promise<void> {
  const verdict = await context.verifyToken(message.token)
  if (connection.state.at !== 'ready') return
  if (!verdict.ok) {
    close(context, connection, verdict.refusal)
    return
  }
  if (verdict.subject.accountId !== held.session.who.account_id) {
    close(context, connection, 'token_claims')
    return
  }
  held.tokenExpiresAtMs = verdict.subject.expiresAtMs
  context.keeper.save(held)
  send(context, connection, { type: 'refreshed', re: message.id, token_expires_at_ms: held.tokenExpiresAtMs })
}
