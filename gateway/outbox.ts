/** Owns what goes out: frames, refusals and closes. Hot path: no closure, no log line for a frame that is sent. */

import { CLOSE_CODES, type CloseName } from '../protocol/close-codes.ts'
import { encodeMessage } from '../protocol/codec.ts'
import { ERRORS, type ErrorName } from '../protocol/errors.ts'
import type { DownMessage } from '../protocol/messages/down.ts'
import type { Said } from '../session/numbered.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { LANE_OF, LANES, Lanes } from './lanes.ts'

/** What uWebSockets.js answers to a frame that it has handed on whole. */
const HANDED_ON = 1

/**
 * Sends `message`, unless the socket is gone; what a client does not read yet waits in its lane.
 * @param packed its frame in MessagePack, where there is one already
 */
export function send(context: Context, connection: Connection, message: DownMessage, packed?: Uint8Array): void {
  const { socket, encoding } = connection
  if (socket === undefined) return
  if (connection.closing !== undefined) {
    context.metrics.dropped.inc({ lane: LANE_OF[message.type] })
    return
  }
  const frame = packed !== undefined && encoding === 'msgpack' ? packed : encodeMessage(message, encoding)
  if (connection.lanes !== undefined) {
    wait(context, connection, connection.lanes, message.type, frame)
    return
  }
  // This one waits in the socket, whole and in order; those after it wait in lanes until it is read.
  if (socket.send(frame, encoding === 'msgpack') !== HANDED_ON) connection.lanes = new Lanes()
}

/** Whether a frame of MessagePack would go to the socket now, and nowhere else. */
export function mayWriteAtOnce({ socket, encoding, lanes, closing }: Connection): boolean {
  return socket !== undefined && encoding === 'msgpack' && lanes === undefined && closing === undefined
}

/** As {@link send}, of a frame whose memory is written anew for the next: the socket has copied it when this returns. */
export function writeAtOnce(connection: Connection, frame: Uint8Array): void {
  if (connection.socket?.send(frame, true) !== HANDED_ON) connection.lanes = new Lanes()
}

/** As {@link send}, of a message that has its frame: where that goes out now, the message is not looked at. */
export function sendSaid(context: Context, connection: Connection, said: Said): void {
  if (mayWriteAtOnce(connection)) writeAtOnce(connection, said.frame)
  else send(context, connection, said.message, said.frame)
}

/** A client may hold this much even when all of them together hold too much. */
const LEAST_QUEUED_BYTES = 16_384

function wait(
  context: Context,
  connection: Connection,
  lanes: Lanes,
  type: DownMessage['type'],
  frame: Uint8Array | string,
): void {
  const { limits } = context.config
  const before = lanes.bytes
  if (lanes.put(type, frame)) context.metrics.coalesced.inc({ lane: LANE_OF[type] })
  context.backlog.bytes += lanes.bytes - before
  const most = context.backlog.bytes > limits.maxBacklogBytes ? LEAST_QUEUED_BYTES : limits.maxQueuedBytes
  if (lanes.bytes > most) close(context, connection, 'slow_consumer')
}

/** The socket takes more: what waits goes out, the highest lane first. */
export function flush(context: Context, connection: Connection): void {
  const { socket, lanes, encoding } = connection
  if (socket === undefined || lanes === undefined) return
  const before = lanes.bytes
  let frame = socket.getBufferedAmount() === 0 ? lanes.take() : undefined
  while (frame !== undefined) {
    frame = socket.send(frame, encoding === 'msgpack') === HANDED_ON ? lanes.take() : undefined
  }
  context.backlog.bytes += lanes.bytes - before
  if (socket.getBufferedAmount() > 0) return
  connection.lanes = undefined
  if (connection.closing !== undefined) socket.end(CLOSE_CODES[connection.closing].code, connection.closing)
}

/** Refusals of longer ago are forgiven: a session lasts for days. */
const ERRORS_WITHIN_MS = 60_000

/** What a refusal may name, so that the client knows what was refused. */
export interface Refused {
  readonly re?: number | undefined
  readonly batch?: number | undefined
  readonly retryAfterMs?: number | undefined
}

/** Answers what has no number with a row of the table of errors. */
export function refuse(
  context: Context,
  connection: Connection,
  error: ErrorName,
  message: string,
  what: Refused = {},
): void {
  const { code, retriable } = ERRORS[error]
  send(context, connection, {
    type: 'error',
    ...(what.re === undefined ? {} : { re: what.re }),
    ...(what.batch === undefined ? {} : { batch: what.batch }),
    code,
    name: error,
    retriable,
    ...(what.retryAfterMs === undefined ? {} : { retry_after_ms: what.retryAfterMs }),
    message,
  })
  countRefusal(context, connection, error, retriable)
}

/** What a correct client may meet through no fault of its own: what the other devices of the account do, what became of a track. */
const NOBODYS_FAULT: ReadonlySet<string> = new Set<ErrorName>([
  'track_unavailable',
  'wrong_stream',
  'stream_limit',
  'stale_fence',
  'device_away',
  'ad_plays',
])

/** Every refusal counts, numbered or not: a client that goes on and on is closed (E1, L5). */
export function countRefusal(context: Context, connection: Connection, error: string, retriable: boolean): void {
  context.metrics.errors.inc({ error })
  const { limits } = context.config
  const nowMs = context.now()
  if (nowMs - connection.refusedSinceMs > ERRORS_WITHIN_MS) {
    connection.refused = 0
    connection.hurried = 0
    connection.refusedSinceMs = nowMs
  }
  if (error === 'too_many_requests') connection.hurried += 1
  // What is not the client's fault is not held against it.
  else if (!retriable && !NOBODYS_FAULT.has(error)) connection.refused += 1
  if (connection.hurried >= limits.maxHurried) close(context, connection, 'too_many_requests')
  else if (connection.refused >= limits.maxErrors) close(context, connection, 'too_many_errors')
}

/** A client that does not read gets this long for what it is still told, and the close itself. */
const CLOSE_WITHIN_MS = 2_000

/** Closes with a row of the table of close codes, after what was said before. What else waits is dropped: it is asked for again, or sent again. */
export function close(context: Context, connection: Connection, name: CloseName): void {
  const { socket, lanes } = connection
  if (socket === undefined || connection.closing !== undefined) return
  context.metrics.closes.inc({ close: name })
  const { code } = CLOSE_CODES[name]
  if (lanes === undefined) {
    socket.end(code, name)
    return
  }
  connection.closing = name
  const before = lanes.bytes
  for (const lane of LANES) {
    // Of a hopeless client nothing is kept but the code itself.
    if (lane === 'control' && name !== 'slow_consumer') continue
    const dropped = lanes.clear(lane)
    if (dropped > 0) context.metrics.dropped.inc({ lane }, dropped)
  }
  context.backlog.bytes += lanes.bytes - before
  context.after(CLOSE_WITHIN_MS, () => connection.socket?.end(code, name))
}

/** The socket is gone: what waited for it is dropped, and counted. */
export function forgetWaiting(context: Context, connection: Connection): void {
  const { lanes } = connection
  if (lanes === undefined) return
  context.backlog.bytes -= lanes.bytes
  connection.lanes = undefined
  for (const lane of LANES) {
    const dropped = lanes.clear(lane)
    if (dropped > 0) context.metrics.dropped.inc({ lane }, dropped)
  }
}
