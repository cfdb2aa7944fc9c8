/** Owns the peer in Socket.IO: the same session behind its events, with connection-state recovery. Word: port. */

import { createServer } from 'node:http'
import { Server } from 'socket.io'
import type { Credit } from '../../../../protocol/messages/credit.ts'
import type { Heartbeat } from '../../../../protocol/messages/heartbeat.ts'
import type { Telemetry } from '../../../../protocol/messages/telemetry.ts'
import { createPlainSessions, type PlainSession } from '../plain-session.ts'

const port = Number(process.argv[2])
const sessions = createPlainSessions(process.env)
const http = createServer((request, response) => {
  const [, times] = /^\/publish\/(\d+)$/.exec(request.url ?? '') ?? []
  for (let i = 0; i < Number(times ?? 0); i += 1)
    io.emit('notice', { notice: 'verify-household', text: 'm'.repeat(60) })
  response.end('{}')
})
const io = new Server<Up, Down, object, { session: PlainSession }>(http, {
  transports: ['websocket'],
  perMessageDeflate: false,
  connectionStateRecovery: { maxDisconnectionDuration: 120_000, skipMiddlewares: true },
  pingInterval: 120_000,
  pingTimeout: 60_000,
})

interface Up {
  play(message: { track_id: string; position_ms: number }): void
  heartbeat(message: Heartbeat): void
  telemetry(message: Telemetry): void
  credit(message: Credit): void
}
interface Down {
  ready(message: object): void
  ready(message: object): void
  playback(message: object): void
  heartbeat_ack(message: object): void
  ack(message: object): void
  grant(message: object): void
  notice(message: object): void
}

io.use((socket, next) => {
  sessions.signIn(String(socket.handshake.auth.token)).then((session) => {
    socket.data.session = session
    next()
  }, next)
})
io.on('connection', (socket) => {
  const { session } = socket.data
  const failed = () => socket.disconnect(true)
  // What is recovered is what came after the last message: so there must be one.
  if (!socket.recovered) socket.emit('ready', { session_id: session.id, server_time_ms: Date.now() })
  // What is recovered is what came after the last message: so there must be one.
  if (!socket.recovered) socket.emit('ready', { session_id: session.id, server_time_ms: Date.now() })
  socket.on('play', ({ track_id, position_ms }) => {
    sessions.play(session, track_id, position_ms).then(() => {
      socket.emit('playback', { status: 'playing', stream_id: session.streamId, position_ms, at_ms: Date.now() })
    }, failed)
  })
  socket.on('heartbeat', (message) => {
    sessions.heartbeat(session, message)
    socket.emit('heartbeat_ack', { sent_at_ms: message.sent_at_ms, server_time_ms: Date.now() })
  })
  socket.on('telemetry', (message) => {
    sessions.telemetry(session, message).then(() => socket.emit('ack', { batch: message.batch }), failed)
  })
  socket.on('credit', (message) => {
    sessions.addresses(session, message).then((chunks) => {
      const { stream_id, bitrate_kbps } = message
      socket.emit('grant', { stream_id, bitrate_kbps, expires_at_ms: Date.now() + 60_000, chunks })
    }, failed)
  })
})
http.listen(port, '127.0.0.1')
