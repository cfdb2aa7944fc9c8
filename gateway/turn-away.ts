/** Owns how a socket that asks for a session is told that it cannot have one here now (G2). */

import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { close, send } from './outbox.ts'

const SPREAD_MS = 5_000

/** @param waitMs when it is known from when on another attempt is worth while */
export function turnAway(
  context: Context,
  connection: Connection,
  reason: 'sign_ins' | 'account_sign_ins' | 'account' | 'bad_tokens',
  waitMs?: number,
): void {
  context.metrics.turnedAway.inc({ reason })
  if (waitMs !== undefined) {
    // A random part spreads those who wait; nobody is to come back at the same instant.
    const reconnect_after_ms = Math.ceil(waitMs + Math.random() * SPREAD_MS)
    send(context, connection, { type: 'goaway', reason: 'overloaded', reconnect_after_ms, close_after_ms: 0 })
  }
  close(context, connection, 'overloaded')
}
