/** Owns what goes out: frames, refusals and closes. Hot path: no closure, no log line for a frame that is sent. */

import { CLOSE_CODES, type CloseName } from '../protocol/close-codes.ts'
import { encodeMessage } from '../protocol/codec.ts'
import { ERRORS, type ErrorName } from '../protocol/errors.ts'
import type { DownMessage } from '../protocol/messages/down.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'

/** Sends `message`, unless the socket is gone. A client that does not read is closed with `slow_consumer`. */
export function send(context: Context, connection: Connection, message: DownMessage): void {
  const { socket } = connection
  if (socket === undefined) return
  socket.send(encodeMessage(message, connection.encoding), connection.encoding === 'msgpack')
  if (socket.getBufferedAmount() > context.config.limits.maxQueuedBytes) close(context, connection, 'slow_consumer')
}

/** Refusals of longer ago are forgiven: a session lasts for days. */
const ERRORS_WITHIN_MS = 60_000

/** What a refusal may name, so that the client knows what was refused. */
export interface Refused {
  readonly re?: number | undefined
  readonly batch?: number | undefined
}

/** Answers with a row of the table of errors; a client that goes on and on is closed with `too_many_errors`. */
export function refuse(
  context: Context,
  connection: Connection,
  error: ErrorName,
  message: string,
  what: Refused = {},
): void {
  const { code, retriable } = ERRORS[error]
  context.metrics.errors.inc({ error })
  send(context, connection, {
    type: 'error',
    ...(what.re === undefined ? {} : { re: what.re }),
    ...(what.batch === undefined ? {} : { batch: what.batch }),
    code,
    name: error,
    retriable,
    message,
  })
  // What is not the client's fault is not held against it.
  if (retriable) return
  const nowMs = context.now()
  if (nowMs - connection.refusedSinceMs > ERRORS_WITHIN_MS) {
    connection.refused = 0
    connection.refusedSinceMs = nowMs
  }
  connection.refused += 1
  if (connection.refused >= context.config.limits.maxErrors) close(context, connection, 'too_many_errors')
}

/** Closes with a row of the table of close codes, after what was sent before. */
export function close(context: Context, connection: Connection, name: CloseName): void {
  const { socket } = connection
  if (socket === undefined) return
  context.metrics.closes.inc({ close: name })
  socket.end(CLOSE_CODES[name].code, name)
}
