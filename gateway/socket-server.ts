/** Owns the WebSocket end: upgrade, greeting, frames in, and what happens when a socket is gone. */

import type { HttpRequest, HttpResponse, TemplatedApp, us_socket_context_t, WebSocket } from 'uWebSockets.js'
import { networkOfAddress } from '../protocol/address-key.ts'
import { MAX_BATCH_EVENTS } from '../protocol/messages/telemetry.ts'
import { encodingOf, PROTOCOL_VERSION, RESUMING, SUBPROTOCOLS } from '../protocol/version.ts'
import { signOut } from '../session/requests.ts'
import { NO_ROOM, type NoRoom } from './admission.ts'
import type { ClientAddress } from './client-address.ts'
import { type Connection, newConnection } from './connection.ts'
import type { Context } from './context.ts'
import { onFrame } from './dispatch.ts'
import { perform } from './effects.ts'
import type { NetworkOf } from './network-of.ts'
import { close, flush, forgetWaiting, send } from './outbox.ts'
import type { MayOpen } from './page-origin.ts'
import { leaveSeat } from './seat.ts'
import type { Guest, Purpose } from './waiting-room.ts'

export const SOCKET_PATH = '/ws'

/** A frame beyond this is not even read: the socket breaks with 1006. Between here and the limit, `frame_too_large` is said. */
const HARD_FRAME_LIMIT_FACTOR = 4

/** One property, for uWebSockets.js makes each a property of its own socket, and one of many is slow to read and takes 700 bytes more. */
export interface Seated {
  readonly connection: Connection
}

/** As `getUserData` tells it, which is a call out of JavaScript for each message. */
const connectionOf = (socket: WebSocket<Seated>): Connection => (socket as unknown as Seated).connection

export function addSocketRoute(
  app: TemplatedApp,
  context: Context,
  leaving: () => boolean,
  clientAddress: ClientAddress,
  mayOpen: MayOpen,
  networkOf?: NetworkOf,
): void {
  const { limits } = context.config
  app.ws<Seated>(SOCKET_PATH, {
    maxPayloadLength: limits.maxFrameBytes * HARD_FRAME_LIMIT_FACTOR,
    // The lanes of the outbox are bounded, and say so; uWebSockets.js would drop silently.
    maxBackpressure: 0,
    // Liveness is the heartbeat of the protocol, which sees more than a ping of the transport.
    idleTimeout: 0,
    sendPingsAutomatically: false,
    upgrade: (res, req, socketContext) => {
      if (!mayOpen(req.getHeader('origin'), req.getHeader('host'))) {
        context.metrics.turnedAway.inc({ reason: 'origin' })
        res.writeStatus('403 Forbidden').end('pages of this origin may not open a socket here (SEGUE_PAGE_ORIGINS)\n')
        return
      }
      const address = clientAddress(res, req)
      const guest = guestOf(address, req)
      const reason = leaving() ? 'leaving' : noRoomFor(context, guest)
      if (reason === undefined) upgrade(context, networkOf?.(address), res, req, socketContext, guest)
      else turnAway(context, res, reason)
    },
    open: (socket) => {
      const connection = connectionOf(socket)
      connection.socket = socket
      context.connections.add(connection)
      context.waitingRoom.enter(connection)
      greet(context, connection)
    },
    message: (socket, frame, isBinary) => onFrame(context, connectionOf(socket), frame, isBinary),
    drain: (socket) => flush(context, connectionOf(socket)),
    close: (socket, code) => onClose(context, connectionOf(socket), code),
  })
}

/** Who asks for a socket. What it says that it comes for is taken on trust: only its like must share the room with it. */
function guestOf(address: string, req: HttpRequest): Guest {
  return { purpose: req.getQuery(RESUMING) === undefined ? 'sign_in' : 'resume', address: networkOfAddress(address) }
}

/** Whose silent sockets go for one that comes. */
const ROOM_MADE_BY = {
  handshakes: ({ purpose }: Guest) => purpose,
  sockets: () => 'sign_in',
} as const satisfies Partial<Record<NoRoom, (guest: Guest) => Purpose>>

function noRoomFor(context: Context, guest: Guest): NoRoom | undefined {
  const reason = noRoom(context, guest)
  if (reason !== 'handshakes' && reason !== 'sockets') return reason
  const silent = context.waitingRoom.toLetGo(ROOM_MADE_BY[reason](guest), guest.address)
  if (silent === undefined) return reason
  context.metrics.turnedAway.inc({ reason: 'silent' })
  close(context, silent, 'overloaded')
  return noRoom(context, guest)
}

function noRoom({ admission, connections, waitingRoom, now }: Context, { purpose }: Guest): NoRoom | undefined {
  return admission.noRoom(purpose, connections.size, waitingRoom.waiting(purpose), now())
}

const WHY = { leaving: 'this gateway is leaving', ...NO_ROOM } as const

/** Seconds, in the answer, after which another attempt is worth while; differs, so that a herd spreads out. */
const RETRY_AFTER_S = { least: 1, spread: 9 } as const

function turnAway(context: Context, res: HttpResponse, reason: keyof typeof WHY): void {
  context.metrics.turnedAway.inc({ reason })
  const afterS = RETRY_AFTER_S.least + Math.floor(Math.random() * RETRY_AFTER_S.spread)
  res.writeStatus('503 Service Unavailable').writeHeader('retry-after', String(afterS)).end(`${WHY[reason]}\n`)
}

function upgrade(
  context: Context,
  network: Connection['network'],
  res: HttpResponse,
  req: HttpRequest,
  socketContext: us_socket_context_t,
  guest: Guest,
): void {
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
  const connection = newConnection(encoding, context.config.limits.messages.burst, context.now(), guest)
  connection.network = network
  res.upgrade<Seated>(
    { connection },
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
    messages_per_second: limits.messages.perSecond,
    messages_burst: limits.messages.burst,
  })
}

/** RFC 6455: the client is done. Anything else may be followed by a resume. */
const CLOSED_BY_CLIENT = 1000

function onClose(context: Context, connection: Connection, code: number): void {
  const { state } = connection
  forgetWaiting(context, connection)
  connection.socket = undefined
  leaveSeat(context, connection)
  context.waitingRoom.leave(connection)
  context.connections.delete(connection)
  if (state.at !== 'ready') return
  const { held } = state
  // The session waits in Redis; its stream goes on there until its lease runs out.
  if (code !== CLOSED_BY_CLIENT) return
  const nowMs = context.now()
  perform(context, connection, held, signOut(held.session, nowMs), nowMs)
  context.leases.leave(held)
}
