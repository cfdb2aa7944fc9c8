/** Owns which socket speaks for a session here: one at a time, the last one that proved its right. */

import type { Lease } from '../session/lease.ts'
import { evict, renewLease } from '../session/leasing.ts'
import { forgetLost, upNextNow } from '../session/resumption.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { placeDevice, takenOverBy } from './devices.ts'
import { perform } from './effects.ts'
import type { HeldSession, Unsent } from './held-session.ts'
import { close, send, sendSaid } from './outbox.ts'

/** Each is told of every change of its account. */
const MOST_SOCKETS_OF_AN_ACCOUNT = 64

/** Whether the account may have one more socket here; the one that the session is taken from makes room for it. */
export function hasSeat({ byAccount, bySession }: Context, accountId: string, sessionId?: string): boolean {
  const sockets = byAccount.get(accountId)?.length ?? 0
  const leaves = sessionId !== undefined && bySession.has(sessionId) ? 1 : 0
  return sockets - leaves < MOST_SOCKETS_OF_AN_ACCOUNT
}

/** The session goes on over `connection`; a socket that spoke for it before is closed with a code of its own. */
export function seat(context: Context, connection: Connection, held: HeldSession): void {
  const sessionId = held.session.who.session_id
  const before = context.bySession.get(sessionId)
  if (before !== undefined) letGo(context, before)
  context.bySession.set(sessionId, connection)
  const { account_id } = held.session.who
  // Made anew: who goes through those that were there may close one of them.
  const others = context.byAccount.get(account_id)
  context.byAccount.set(account_id, others === undefined ? [connection] : [...others, connection])
  connection.state = { at: 'ready', held }
  context.waitingRoom.leave(connection)
  context.admission.served(connection.purpose, context.now())
  placeDevice(held, connection)
}

/** The socket speaks for its session no more. */
export function leaveSeat(context: Context, connection: Connection): void {
  const { state } = connection
  connection.state = { at: 'closed' }
  if (state.at !== 'ready') return
  context.returns.leave(connection)
  const { session_id, account_id } = state.held.session.who
  if (context.bySession.get(session_id) === connection) context.bySession.delete(session_id)
  const others = context.byAccount.get(account_id)?.filter((other) => other !== connection) ?? []
  if (others.length > 0) {
    context.byAccount.set(account_id, others)
    return
  }
  context.byAccount.delete(account_id)
  context.deviceLists.delete(account_id)
}

/** Sends what the session said, if a socket still speaks for it; a resume would ask for it otherwise. */
export function voice(context: Context, held: HeldSession, { messages, upNext }: Unsent): void {
  const connection = context.bySession.get(held.session.who.session_id)
  if (connection?.state.at !== 'ready' || connection.state.held !== held) return
  for (const one of messages) {
    if ('frame' in one) sendSaid(context, connection, one)
    else send(context, connection, one)
  }
  if (upNext) send(context, connection, upNextNow(held.session))
}

/** The session was taken elsewhere with `epoch`, unless it has come back here since. */
export function unseat(context: Context, sessionId: string, epoch: number): void {
  const connection = context.bySession.get(sessionId)
  if (connection?.state.at !== 'ready' || connection.state.held.epoch >= epoch) return
  letGo(context, connection)
}

/** The reaper has ended a stream of a session that is held here: its client is told, unless another one plays by now. */
export function loseStream(context: Context, held: HeldSession, streamId: string): void {
  const { state } = held.session
  if (state.at === 'idle' || state.stream.streamId !== streamId) return
  const connection = context.bySession.get(held.session.who.session_id)
  if (connection?.state.at !== 'ready' || connection.state.held !== held) return
  const nowMs = context.now()
  perform(context, connection, held, forgetLost(held.session, nowMs), nowMs)
}

/** Its lease went to another device, or ran out with no room to go on. */
export function loseLease(context: Context, held: HeldSession): void {
  const connection = context.bySession.get(held.session.who.session_id)
  if (connection?.state.at !== 'ready' || connection.state.held !== held) return
  const nowMs = context.now()
  perform(context, connection, held, evict(held.session, takenOverBy(context, held.session), nowMs), nowMs)
}

/** It plays on by a new lease. */
export function goOnLeased(context: Context, held: HeldSession, lease: Lease): void {
  const connection = context.bySession.get(held.session.who.session_id)
  const nowMs = context.now()
  const effects = renewLease(held.session, lease, nowMs)
  if (connection?.state.at === 'ready' && connection.state.held === held)
    perform(context, connection, held, effects, nowMs)
}

function letGo(context: Context, connection: Connection): void {
  // What the closing of the socket does must not touch the session.
  leaveSeat(context, connection)
  close(context, connection, 'resumed_elsewhere')
}
