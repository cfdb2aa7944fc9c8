/** Owns the peer in `ws`: the same wire and the same session, as far as the bench uses them. Word: port. */

import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { decodeFrame } from '../../../../protocol/codec.ts'
import type { UpMessage } from '../../../../protocol/messages/up.ts'
import { plainMsgpack } from '../../../../protocol/plain-msgpack.ts'
import { isUp } from '../../../../protocol/validate.ts'
import { SUBPROTOCOLS } from '../../../../protocol/version.ts'
import { createPlainSessions, type PlainSession } from '../plain-session.ts'

const port = Number(process.argv[2])
const sessions = createPlainSessions(process.env)
const sockets = new Set<WebSocket>()

const http = createServer((request, response) => {
  const [, times] = /^\/publish\/(\d+)$/.exec(request.url ?? '') ?? []
  const notice = plainMsgpack.pack({ type: 'notice', notice: 'verify-household', text: 'm'.repeat(60) })
  for (let i = 0; i < Number(times ?? 0); i += 1) for (const socket of sockets) socket.send(notice)
  response.end('{}')
})
const server = new WebSocketServer({
  server: http,
  perMessageDeflate: false,
  handleProtocols: () => SUBPROTOCOLS.msgpack,
})

server.on('connection', (socket) => {
  let session: PlainSession | undefined
  const say = (message: object) => socket.send(plainMsgpack.pack(message))
  const take = async (message: UpMessage): Promise<void> => {
    if (message.type === 'authenticate') {
      session = await sessions.signIn(message.token)
      say({ type: 'ready', session_id: session.id, ticket: session.ticket, server_time_ms: Date.now() })
    } else if (message.type === 'resume') {
      session = await sessions.resume(message.ticket)
      if (session === undefined) socket.close(4401)
      else say({ type: 'resumed', seq: session.seq, ticket: session.ticket, recovered: true, last_request: 0 })
    } else if (session === undefined) socket.close(4401)
    else if (message.type === 'heartbeat') {
      sessions.heartbeat(session, message)
      say({ type: 'heartbeat_ack', sent_at_ms: message.sent_at_ms, server_time_ms: Date.now() })
    } else if (message.type === 'telemetry') {
      await sessions.telemetry(session, message)
      say({ type: 'ack', batch: message.batch })
    } else if (message.type === 'play') {
      await sessions.play(session, message.track_id ?? '', message.position_ms ?? 0)
      const { seq, streamId: stream_id, positionMs: position_ms } = session
      say({ type: 'playback', seq, re: message.id, status: 'playing', stream_id, position_ms, at_ms: Date.now() })
    } else if (message.type === 'credit') {
      const chunks = await sessions.addresses(session, message)
      const { stream_id, bitrate_kbps } = message
      say({ type: 'grant', stream_id, bitrate_kbps, expires_at_ms: Date.now() + 60_000, chunks })
    }
  }
  sockets.add(socket)
  socket.on('close', () => sockets.delete(socket))
  socket.on('error', () => socket.terminate())
  socket.on('message', (bytes: Buffer) => {
    const message = decodeFrame(bytes, 'msgpack')
    if (message === undefined || !isUp(message)) socket.close(4400)
    else take(message).catch(() => socket.close(4500))
  })
  say({ type: 'hello', version: 1, server_time_ms: Date.now(), heartbeat_interval_ms: 15_000 })
})
http.listen(port, '127.0.0.1')
