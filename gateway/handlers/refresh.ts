/** Handles `refresh`: a fresh token for the session that goes on. */

import type { Refresh } from '../../protocol/messages/refresh.ts'
import { renewClaims } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import type { HeldSession } from '../held-session.ts'
import { close, refuse, send } from '../outbox.ts'

export async function onRefresh(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Refresh,
): Promise<void> {
  const { who } = held.session
  const waitMs = context.admission.waitForRefreshMs(who.session_id, context.now())
  if (waitMs > 0) {
    putOff(context, connection, message, waitMs)
    return
  }
  const verdict = await context.tokens.judge(message.token, connection.address)
  if (connection.state.at !== 'ready') return
  if (!verdict.ok && verdict.refusal === 'too_many_requests') {
    putOff(context, connection, message, verdict.retryAfterMs)
    return
  }
  if (!verdict.ok) {
    close(context, connection, verdict.refusal)
    return
  }
  if (verdict.subject.accountId !== who.account_id) {
    close(context, connection, 'token_claims')
    return
  }
  renewClaims(held.session, verdict.subject)
  held.tokenExpiresAtMs = verdict.subject.expiresAtMs
  held.signIn = verdict.subject.signIn
  context.keeper.save(held)
  send(context, connection, { type: 'refreshed', re: message.id, token_expires_at_ms: held.tokenExpiresAtMs })
}

function putOff(context: Context, connection: Connection, { id }: Refresh, retryAfterMs: number): void {
  refuse(context, connection, 'too_many_requests', 'more tokens than are looked at', { re: id, retryAfterMs })
}
