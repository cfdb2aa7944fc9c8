/** Handles `authenticate`: checks the token and begins the session. */

import { PLAYBACK_RECORD_VERSION } from '../../protocol/events/playback-record.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import type { Authenticate } from '../../protocol/messages/authenticate.ts'
import { newSession } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { hold } from '../held-session.ts'
import { close, send } from '../outbox.ts'
import { hasSeat, seat } from '../seat.ts'
import type { Subject } from '../token-verifier.ts'
import { turnAway } from '../turn-away.ts'

const FIRST_EPOCH = 1

export async function onAuthenticate(context: Context, connection: Connection, message: Authenticate): Promise<void> {
  const { token } = message
  const atSight = context.tokens.atSight(token, connection.address)
  if (atSight?.ok === false) {
    if (atSight.refusal === 'token_revoked') close(context, connection, atSight.refusal)
    else turnAway(context, connection, 'bad_tokens', atSight.retryAfterMs)
    return
  }
  // Who is known is measured first, so that one account takes no places of others.
  if (atSight !== undefined && isHasty(context, connection, atSight.subject)) return
  const waitMs = context.admission.waitForSignInMs(context.now())
  if (waitMs > 0) {
    turnAway(context, connection, 'sign_ins', waitMs)
    return
  }
  if (atSight !== undefined) {
    begin(context, connection, message, atSight.subject)
    return
  }
  connection.state = { at: 'verifying' }
  const verdict = await context.tokens.judge(token, connection.address)
  // The socket may have closed, or been closed, while the token was checked.
  if (connection.state.at !== 'verifying') return
  if (verdict.ok) {
    if (!isHasty(context, connection, verdict.subject)) begin(context, connection, message, verdict.subject)
  } else if (verdict.refusal === 'too_many_requests') {
    turnAway(context, connection, 'bad_tokens', verdict.retryAfterMs)
  } else close(context, connection, verdict.refusal)
}

/** Whether its account has signed in too often of late: then it is told so. */
function isHasty(context: Context, connection: Connection, { accountId }: Subject): boolean {
  const waitMs = context.admission.waitOfAccountMs(accountId, context.now())
  if (waitMs > 0) turnAway(context, connection, 'account_sign_ins', waitMs)
  return waitMs > 0
}

function begin(context: Context, connection: Connection, message: Authenticate, subject: Subject): void {
  if (!hasSeat(context, subject.accountId)) {
    turnAway(context, connection, 'account')
    return
  }
  const nowMs = context.now()
  const session = newSession(
    {
      v: PLAYBACK_RECORD_VERSION,
      account_id: subject.accountId,
      session_id: uuidv7(nowMs),
      device_id: message.device.id,
      device_kind: message.device.kind,
      plan: subject.plan,
      country: subject.country,
    },
    { name: message.device.name, member: subject.member, place: subject.country },
  )
  // A session begins with its first save, which a ticket needs; its answer does not wait for it.
  const held = hold(session, FIRST_EPOCH, subject.expiresAtMs, subject.signIn)
  seat(context, connection, held)
  context.leases.arrive(held)
  context.keeper.begin(held)
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
