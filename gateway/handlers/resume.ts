/** Handles `resume`: takes the session over by its ticket, and gives what was missed, or the state (D8). */

import type { Resume } from '../../protocol/messages/resume.ts'
import { forgetLost, resumeSession, stateNow } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import { close, refuse, send } from '../outbox.ts'
import { seat } from '../seat.ts'
import type { Taken } from '../session-keeper.ts'

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
  let taken: Taken
  try {
    taken = await context.keeper.take(ticket.sessionId, ticket.epoch)
  } catch (error) {
    context.log.warn({ err: error, session_id: ticket.sessionId }, 'a session could not be taken')
    context.metrics.resumes.inc({ result: 'unavailable' })
    if (connection.state.at !== 'verifying') return
    connection.state = before
    refuse(context, connection, 'unavailable', 'sessions cannot be read now; try again', { re: message.id })
    return
  }
  if (connection.state.at !== 'verifying') return
  if (taken.result === 'taken') {
    goOn(context, connection, message, taken)
    return
  }
  context.metrics.resumes.inc({ result: taken.result })
  if (taken.result === 'used') {
    close(context, connection, 'ticket_used')
    return
  }
  connection.state = before
  refuse(context, connection, 'session_gone', 'the session is no longer there; authenticate', { re: message.id })
}

function goOn(context: Context, connection: Connection, message: Resume, taken: Held): void {
  const { held } = taken
  const { session } = held
  const sessionId = session.who.session_id
  const nowMs = context.now()
  if (taken.gatewayBefore !== context.gatewayId) context.gateways.tellTaken(taken.gatewayBefore, sessionId, held.epoch)
  seat(context, connection, held)

  const ended = taken.streamEnded ? forgetLost(session, nowMs) : []
  const { missed, effects } = resumeSession(session, message.last_seq, message.position_ms, nowMs)
  context.metrics.resumes.inc({ result: missed === undefined ? 'state' : 'recovered' })
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
    ...(missed === undefined ? { state: stateNow(session, nowMs) } : {}),
  })
  // What the core said now is among the missed already: the effects that remain are saves.
  for (const numbered of missed ?? []) send(context, connection, numbered)
  perform(context, connection, held, [...ended.filter((effect) => effect.kind !== 'say'), ...effects], nowMs)
}
