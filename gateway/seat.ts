/** Owns which socket speaks for a session here: one at a time, the last one that proved its right. */

import type { Numbered } from '../session/numbered.ts'
import { forgetLost } from '../session/session.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { perform } from './effects.ts'
import type { HeldSession } from './held-session.ts'
import { close, send } from './outbox.ts'

/** The session goes on over `connection`; a socket that spoke for it before is closed with a code of its own. */
export function seat(context: Context, connection: Connection, held: HeldSession): void {
  const sessionId = held.session.who.session_id
  const before = context.bySession.get(sessionId)
  context.bySession.set(sessionId, connection)
  connection.state = { at: 'ready', held }
  if (before !== undefined) letGo(context, before)
}

/** Sends what the session said, if a socket still speaks for it; a resume would ask for it otherwise. */
export function voice(context: Context, held: HeldSession, messages: readonly Numbered[]): void {
  const connection = context.bySession.get(held.session.who.session_id)
  if (connection?.state.at !== 'ready' || connection.state.held !== held) return
  for (const message of messages) send(context, connection, message)
}

/** The session was taken elsewhere with `epoch`, unless it has come back here since. */
export function unseat(context: Context, sessionId: string, epoch: number): void {
  const connection = context.bySession.get(sessionId)
  if (connection?.state.at !== 'ready' || connection.state.held.epoch >= epoch) return
  context.bySession.delete(sessionId)
  letGo(context, connection)
}

/** The reaper has ended the stream of a session that is held here: its client is told. */
export function loseStream(context: Context, held: HeldSession): void {
  const connection = context.bySession.get(held.session.who.session_id)
  if (connection?.state.at !== 'ready' || connection.state.held !== held) return
  const nowMs = context.now()
  perform(context, connection, held, forgetLost(held.session, nowMs), nowMs)
}

function letGo(context: Context, connection: Connection): void {
  // No longer the session's voice: what the closing of the socket does must not touch it.
  connection.state = { at: 'closed' }
  close(context, connection, 'resumed_elsewhere')
}
