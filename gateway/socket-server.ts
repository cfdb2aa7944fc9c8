/** Owns the WebSocket end: upgrade, greeting, frames in, and what happens when a socket is gone. */

import type { HttpRequest, HttpResponse, TemplatedApp, us_socket_context_t } from 'uWebSockets.js'
import { MAX_BATCH_EVENTS } from '../protocol/messages/telemetry.ts'
import { encodingOf, PROTOCOL_VERSION, SUBPROTOCOLS } from '../protocol/version.ts'
import { stop } from '../session/session.ts'
import { type Connection, newConnection } from './connection.ts'
import type { Context } from './context.ts'
import { onFrame } from './dispatch.ts'
import { perform } from './effects.ts'
import { send } from './outbox.ts'

export const SOCKET_PATH = '/ws'

/** A frame beyond this is not even read: the socket breaks with 1006. Between here and the limit, `frame_too_large` is said. */
const HARD_FRAME_LIMIT_FACTOR = 4

export function addSocketRoute(app: TemplatedApp, context: Context, leaving: () => boolean): void {
  const { limits } = context.config
  app.ws<Connection>(SOCKET_PATH, {
    maxPayloadLength: limits.maxFrameBytes * HARD_FRAME_LIMIT_FACTOR,
    // The outbox bounds the queue and says so; uWebSockets.js would drop silently.
    maxBackpressure: 0,
    // Liveness is the heartbeat of the protocol, which sees more than a ping of the transport.
    idleTimeout: 0,
    sendPingsAutomatically: false,
    upgrade: (res, req, socketContext) => {
      if (leaving()) unavailable(res, 'this gateway is leaving')
      else if (!context.admission.hasRoom(context.connections.size)) unavailable(res, 'this gateway is full')
      else upgrade(context, res, req, socketContext)
    },
    open: (socket) => {
      const connection = socket.getUserData()
      connection.socket = socket
      context.connections.add(connection)
      greet(context, connection)
    },
    message: (socket, frame, isBinary) => onFrame(context, socket.getUserData(), frame, isBinary),
    close: (socket, code) => onClose(context, socket.getUserData(), code),
  })
}

/** Seconds, in the answer, after which another attempt is worth while. */
const RETRY_AFTER_S = 5

function unavailable(res: HttpResponse, why: string): void {
  res.writeStatus('503 Service Unavailable').writeHeader('retry-after', String(RETRY_AFTER_S)).end(`${why}\n`)
}

function upgrade(context: Context, res: HttpResponse, req: HttpRequest, socketContext: us_socket_context_t): void {
  const offered = req
    .getHeader('sec-websocket-protocol')
    .split(',')
    .map((name) => name.trim())
  const chosen = offered.find((name) => encodingOf(name) !== undefined)
  const encoding = chosen === undefined ? undefined : encodingOf(chosen)
  if (chosen === undefined || encoding === undefined) {
    const names = Object.values(SUBPROTOCOLS).join(' or ')
    res.writeStatus('400 Bad Request').end(`ask for the subprotocol ${names}\n`)
    return
  }
  res.upgrade(
    newConnection(encoding, context.now()),
    req.getHeader('sec-websocket-key'),
    chosen,
    req.getHeader('sec-websocket-extensions'),
    socketContext,
  )
}

function greet(context: Context, connection: Connection): void {
  const { timing, limits } = context.config
  const nowMs = context.now()
  connection.state = { at: 'greeted', deadlineMs: nowMs + timing.authenticateWithinMs }
  send(context, connection, {
    type: 'hello',
    version: PROTOCOL_VERSION,
    server_time_ms: nowMs,
    authenticate_within_ms: timing.authenticateWithinMs,
    heartbeat_interval_ms: timing.heartbeatIntervalMs,
    first_heartbeat_ms: Math.floor(Math.random() * timing.heartbeatIntervalMs),
    max_frame_bytes: limits.maxFrameBytes,
    max_batch_events: MAX_BATCH_EVENTS,
  })
}

/** RFC 6455: the client is done. Anything else may be followed by a resume. */
const CLOSED_BY_CLIENT = 1000

function onClose(context: Context, connection: Connection, code: number): void {
  const { state } = connection
  connection.socket = undefined
  connection.state = { at: 'closed' }
  context.connections.delete(connection)
  if (state.at !== 'ready') return
  const { held } = state
  context.bySession.delete(held.session.who.session_id)
  // The session waits in Redis; its stream goes on there until its lease runs out.
  if (code !== CLOSED_BY_CLIENT) return
  const nowMs = context.now()
  perform(context, connection, held, stop(held.session, undefined, 'signed-out', undefined, nowMs), nowMs)
}
