/** Owns the floor: uWebSockets.js with as little behind it as the work allows. Words: port, and what it does. */

import { App, type WebSocket } from 'uWebSockets.js'
import { createHmac, createSecretKey, randomUUID, timingSafeEqual } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { plainMsgpack } from '../../../../protocol/plain-msgpack.ts'
import type { UwsWork } from '../../servers.ts'

const [, , portText = '', work = 'echo'] = process.argv as [string, string, string, UwsWork]
const TOPIC = 'all'
const { SEGUE_ISSUER_URL = '', SEGUE_JWKS_URL = '' } = process.env

/** As many fields as say who is there and what plays, held for as long as the socket. */
interface Held {
  session: object | undefined
}

const keys = work === 'token' ? createRemoteJWKSet(new URL(SEGUE_JWKS_URL)) : undefined
const secret = createSecretKey(Buffer.from('of the bench'))
const sign = (session: string) => createHmac('sha256', secret).update(session).digest('base64url')

function answer(socket: WebSocket<Held>, frame: ArrayBuffer, isBinary: boolean): void {
  if (work === 'echo') socket.send(frame, isBinary)
  else if (work === 'msgpackr') {
    const message = plainMsgpack.unpack(new Uint8Array(frame)) as { sent_at_ms: number }
    const { sent_at_ms } = message
    socket.send(plainMsgpack.pack({ type: 'heartbeat_ack', sent_at_ms, server_time_ms: Date.now() }), true)
  } else if (work === 'token') void signIn(socket, Buffer.from(frame).toString('latin1'))
}

/** A token is looked at as the gateway looks at it; what it is answered by is the way back, under one HMAC. */
async function signIn(socket: WebSocket<Held>, words: string): Promise<void> {
  const [session = '', signature = ''] = words.split('.')
  if (words.split('.').length === 2) {
    const given = Buffer.from(signature)
    const right = Buffer.from(sign(session))
    if (given.length !== right.length || !timingSafeEqual(given, right)) socket.end(4401)
    else socket.send(`${session}.${sign(session)}`)
    return
  }
  if (keys === undefined) return
  try {
    await jwtVerify(words, keys, {
      issuer: SEGUE_ISSUER_URL,
      audience: 'segue-gateway',
      algorithms: ['ES256', 'RS256'],
    })
    const id = randomUUID()
    socket.send(`${id}.${sign(id)}`)
  } catch {
    socket.end(4401)
  }
}

function sessionObject(): object {
  const nowMs = Date.now()
  const who = { account_id: `acct-${Math.random()}`, session_id: randomUUID(), device_id: 'bench', plan: 'family' }
  return { ...who, country: 'DE', seq: 1, last_heard_ms: nowMs, position_ms: nowMs % 1_000, buffer_ms: 0, messages: [] }
}

const app = App()
app.ws<Held>('/ws', {
  maxBackpressure: 0,
  idleTimeout: 0,
  sendPingsAutomatically: false,
  upgrade: (res, req, context) => {
    res.upgrade(
      { session: work === 'session' ? sessionObject() : undefined },
      req.getHeader('sec-websocket-key'),
      req.getHeader('sec-websocket-protocol'),
      req.getHeader('sec-websocket-extensions'),
      context,
    )
  },
  open: (socket) => {
    if (work === 'token') return
    if (work === 'publish') socket.subscribe(TOPIC)
    socket.send(new Uint8Array(1), true)
  },
  message: answer,
})
/** Everything that is published in one turn goes out in one write a socket. */
app.post('/publish/:times', (res, req) => {
  const times = Number(req.getParameter(0))
  const message = Buffer.alloc(100, 'm')
  for (let i = 0; i < times; i += 1) app.publish(TOPIC, message, true)
  res.end('{}')
})
app.listen('127.0.0.1', Number(portText), (socket) => {
  if (socket !== false) return
  console.error(`cannot listen on port ${portText}`)
  process.exit(1)
})
