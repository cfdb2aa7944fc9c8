/** Handles `authenticate`: checks the token and begins the session. */

import { PLAYBACK_RECORD_VERSION } from '../../protocol/events/playback-record.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import type { Authenticate } from '../../protocol/messages/authenticate.ts'
import { newSession } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { hold } from '../held-session.ts'
import { close, send } from '../outbox.ts'
import { seat } from '../seat.ts'

const FIRST_EPOCH = 1
const OVERLOAD_SPREAD_MS = 5_000

export async function onAuthenticate(context: Context, connection: Connection, message: Authenticate): Promise<void> {
  const waitMs = context.admission.waitForSignInMs(context.now())
  if (waitMs > 0) {
    // A random part spreads those who wait; nobody is to come back at the same instant.
    const reconnect_after_ms = Math.ceil(waitMs + Math.random() * OVERLOAD_SPREAD_MS)
    send(context, connection, { type: 'goaway', reason: 'overloaded', reconnect_after_ms, close_after_ms: 0 })
    close(context, connection, 'overloaded')
    return
  }
  connection.state = { at: 'verifying' }
  const verdict = await context.verifyToken(message.token)
  // The socket may have closed, or been closed, while the token was checked.
  if (connection.state.at !== 'verifying') return
  if (!verdict.ok) {
    close(context, connection, verdict.refusal)
    return
  }
  const { subject } = verdict
  const nowMs = context.now()
  const session = newSession({
    v: PLAYBACK_RECORD_VERSION,
    account_id: subject.accountId,
    session_id: uuidv7(nowMs),
    device_id: message.device.id,
    device_kind: message.device.kind,
    plan: subject.plan,
    country: subject.country,
  })
  // A session begins with its first save, which a ticket needs; its answer does not wait for it.
  const held = hold(session, FIRST_EPOCH, subject.expiresAtMs)
  seat(context, connection, held)
  context.keeper.save(held)
  send(context, connection, {
    type: 'ready',
    session_id: session.who.session_id,
    account: { id: subject.accountId, name: subject.name, plan: subject.plan, country: subject.country },
    ticket: context.tickets.issue({ sessionId: session.who.session_id, epoch: FIRST_EPOCH }),
    resume_within_ms: context.config.timing.resumeWithinMs,
    token_expires_at_ms: subject.expiresAtMs,
    server_time_ms: nowMs,
  })
}
