/** Handles `resume`: takes the session over by its ticket, and gives what was missed, or the state (D8). */

import { DependencyAway } from '../../infra/runtime/dependency.ts'
import type { Resume } from '../../protocol/messages/resume.ts'
import { resumeSession, stateNow, upNextNow } from '../../session/resumption.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import { EXPIRY_GRACE_MS } from '../monitor.ts'
import { close, refuse, send, sendSaid } from '../outbox.ts'
import { hasSeat, seat } from '../seat.ts'
import type { Taken } from '../session-keeper.ts'
import { turnAway } from '../turn-away.ts'

type Held = Extract<Taken, { result: 'taken' }>

export async function onResume(context: Context, connection: Connection, message: Resume): Promise<void> {
  const ticket = context.tickets.read(message.ticket)
  if (ticket === undefined) {
    context.metrics.resumes.inc({ result: 'invalid' })
    close(context, connection, 'ticket_invalid')
    return
  }
  const before = connection.state
  connection.state = { at: 'verifying' }
  /** It may ask again, or authenticate. */
  const waitOn = () => {
    connection.state = before
    context.waitingRoom.enter(connection)
  }
  let taken: Taken
  try {
    taken = await context.keeper.take(ticket.sessionId, ticket.epoch)
  } catch (error) {
    // The dependency has said in the log that it is away; a storm of resumes says it no louder.
    if (!(error instanceof DependencyAway)) {
      context.log.error({ err: error, session_id: ticket.sessionId }, 'a session could not be taken')
    }
    context.metrics.resumes.inc({ result: 'unavailable' })
    if (connection.state.at !== 'verifying') return
    waitOn()
    refuse(context, connection, 'unavailable', 'sessions cannot be read now; try again', { re: message.id })
    return
  }
  if (connection.state.at !== 'verifying') return
  if (taken.result === 'taken' && isRevoked(context, taken)) {
    context.metrics.resumes.inc({ result: 'revoked' })
    close(context, connection, 'token_revoked')
    return
  }
  if (taken.result === 'taken' && !isStale(context, taken)) {
    const held: Held = taken
    // All that is said now goes in one write.
    connection.socket?.cork(() => goOn(context, connection, message, held))
    return
  }
  context.metrics.resumes.inc({ result: taken.result === 'used' ? 'used' : 'gone' })
  if (taken.result === 'used') {
    close(context, connection, 'ticket_used')
    return
  }
  waitOn()
  refuse(context, connection, 'session_gone', 'the session is no longer there; authenticate', { re: message.id })
}

/** The sign-in has ended while nobody spoke for the session. */
function isRevoked({ endedSignIns }: Context, { held }: Held): boolean {
  return endedSignIns.includes(held.session.who.account_id, held.signIn)
}

/** Resumed again and again without a fresh token: by then it would have to sign in anew. */
function isStale({ config, now }: Context, { held }: Held): boolean {
  return held.tokenExpiresAtMs + EXPIRY_GRACE_MS + config.timing.resumeWithinMs < now()
}

function goOn(context: Context, connection: Connection, message: Resume, taken: Held): void {
  const { held } = taken
  const { session } = held
  const { session_id: sessionId, account_id: accountId } = session.who
  const nowMs = context.now()
  if (taken.gatewayBefore !== context.gatewayId) {
    void context.gateways.tell(taken.gatewayBefore, { kind: 'taken', session_id: sessionId, epoch: held.epoch })
  }
  if (!hasSeat(context, accountId, sessionId)) {
    // It waits on, and its ticket is good for another attempt.
    context.metrics.resumes.inc({ result: 'turned_away' })
    turnAway(context, connection, 'account')
    return
  }
  seat(context, connection, held)
  held.refreshByMs = nowMs + context.config.timing.authenticateWithinMs

  const { last_seq, stream_id: streamId, position_ms: positionMs } = message
  const place = streamId === undefined || positionMs === undefined ? undefined : { streamId, positionMs }
  const { missed, effects } = resumeSession(session, last_seq, place, nowMs, taken.streamEnded)
  context.metrics.resumes.inc({ result: missed === undefined ? 'state' : 'recovered' })
  const quietMs = context.returns.quietMs(nowMs)
  send(context, connection, {
    type: 'resumed',
    re: message.id,
    session_id: sessionId,
    recovered: missed !== undefined,
    seq: session.sayings.seq,
    last_request: session.sayings.lastRequest,
    ticket: context.tickets.issue({ sessionId, epoch: held.epoch }),
    resume_within_ms: context.config.timing.resumeWithinMs,
    server_time_ms: nowMs,
    ...(quietMs === 0 ? {} : { quiet_ms: quietMs }),
    ...(missed === undefined ? { state: stateNow(session, nowMs) } : {}),
  })
  for (const said of missed ?? []) sendSaid(context, connection, said)
  if (missed !== undefined && message.up_next_revision !== session.upNextRevision)
    send(context, connection, upNextNow(session))
  context.returns.add(connection, held)
  perform(context, connection, held, effects, nowMs)
}
