/** Owns the test of what a stranger tries at a real gateway: another account's things by every message, every route without its right, paths, words and frames that mean harm. */

import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import WebSocket from 'ws'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { uuidv7 } from '../protocol/ids.ts'
import type { DownMessage } from '../protocol/messages/down.ts'
import type { UpMessage, UpType } from '../protocol/messages/up.ts'
import { SUBPROTOCOLS } from '../protocol/version.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { RawPlayer } from './testing/raw-player.ts'
import { type LogReader, readLog } from './testing/read-log.ts'

const VICTIM = `acct-${randomUUID()}`
const ATTACKER = `acct-${randomUUID()}`

let keys: KeyServer
let gateway: GatewayProcess
let trackId: string
/** Of the victim alone. */
let log: LogReader

const tokenOf = (sub: string, roles: readonly string[] = ['listener']) => keys.token({ claims: { sub, roles } })

beforeAll(async () => {
  const stack = inject('stackEnv')
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  keys = await startKeyServer()
  gateway = await startGateway({
    ...stack,
    SEGUE_LOG_LEVEL: 'debug',
    SEGUE_ISSUER_URL: keys.issuer,
    SEGUE_JWKS_URL: keys.jwksUrl,
  })
  const catalog = await fetch(`${gateway.http}/api/catalog`, {
    headers: { authorization: `Bearer ${await tokenOf(VICTIM)}` },
  })
  trackId = (await catalog.json()).artists[0].albums[0].tracks[0].track_id
  log = readLog(stack, VICTIM)
})

afterAll(async () => {
  await log?.stop()
  await gateway?.stop()
  await keys?.stop()
})

interface Victim {
  readonly player: RawPlayer
  readonly stream_id: string
  readonly fence: number
  readonly ticket: string
}

/** Its device has the id that every `RawPlayer` has: ids of devices are not secret, and two accounts may have the same. */
async function playing(): Promise<Victim> {
  const player = RawPlayer.connect(gateway.ws)
  await player.hears('hello')
  player.says({
    type: 'authenticate',
    token: await tokenOf(VICTIM),
    device: { id: 'device-1', name: 'Of the victim', kind: 'web' },
  })
  const { ticket } = await player.hears('ready')
  player.says({ type: 'play', id: 1, track_id: trackId })
  const { stream_id = '', fence = 0 } = await player.hears('playback')
  return { player, stream_id, fence, ticket }
}

/** All that it hears until the gateway has answered it. */
async function heardBy(player: RawPlayer, sent_at_ms: number): Promise<DownMessage[]> {
  player.says({ type: 'heartbeat', sent_at_ms })
  const heard: DownMessage[] = []
  for (;;) {
    const message = await player.hearsAny()
    if (message.type === 'heartbeat_ack' && message.sent_at_ms === sent_at_ms) return heard
    heard.push(message)
  }
}

type Attack<T extends UpType> = (victim: Victim) => Omit<Extract<UpMessage, { type: T }>, 'type'>

/** What each message names of another account. A message that is added has to be thought of here. */
const ATTACKS: { readonly [T in UpType]: Attack<T> } = {
  authenticate: () => ({ token: 'e30.e30.e30', device: { id: 'device-1', name: 'Of the victim', kind: 'web' } }),
  resume: ({ ticket, stream_id }) => ({ id: 9, ticket, last_seq: 0, stream_id, position_ms: 60_000 }),
  refresh: () => ({ id: 9, token: 'e30.e30.e30' }),
  heartbeat: ({ stream_id, fence }) => ({ sent_at_ms: 1, stream_id, fence, position_ms: 60_000 }),
  play: ({ stream_id }) => ({ id: 9, stream_id }),
  pause: ({ stream_id, fence }) => ({ id: 9, stream_id, fence, position_ms: 60_000 }),
  seek: ({ stream_id, fence }) => ({ id: 9, stream_id, fence, from_ms: 60_000, position_ms: 0 }),
  next: ({ stream_id, fence }) => ({ id: 9, stream_id, fence, position_ms: 60_000, reason: 'next' }),
  stop: ({ stream_id, fence }) => ({ id: 9, stream_id, fence, position_ms: 60_000, reason: 'stopped' }),
  credit: ({ stream_id, fence }) => ({ stream_id, fence, bitrate_kbps: 96, next_chunk: 0, chunks: 8 }),
  transfer: ({ fence }) => ({ id: 9, from_device_id: 'device-1', to_device_id: 'device-2', fence }),
  command: ({ fence }) => ({ id: 9, device_id: 'device-1', fence, action: 'pause' }),
  rename: () => ({ id: 9, name: 'Of the attacker' }),
  dismiss: () => ({ id: 9, track_id: trackId }),
  search: () => ({ id: 9, query: VICTIM }),
  telemetry: ({ stream_id, fence }) => ({
    batch: 9,
    events: [
      { id: uuidv7(Date.now()), seq: 1, kind: 'position', at_ms: Date.now(), stream_id, fence, position_ms: 60_000 },
    ],
  }),
}

describe('another account', () => {
  it.each(Object.keys(ATTACKS) as UpType[])(
    'does nothing to a listener by `%s`, whatever it names',
    async (type) => {
      const victim = await playing()
      const attacker = await RawPlayer.ready(gateway.ws, await tokenOf(ATTACKER))
      const before = log.records.length
      attacker.says({ type, ...ATTACKS[type](victim) } as UpMessage)
      const answers = await heardBy(attacker, 77).catch(() => [])
      // `commanded` may be among them: its own device has the same id, and is the one that is asked.
      expect(answers.filter(({ type: told }) => told === 'grant')).toEqual([])
      expect(JSON.stringify(answers)).not.toContain(VICTIM)

      const heard = await heardBy(victim.player, 78)
      expect(heard.filter(({ type: told }) => told !== 'up_next' && told !== 'devices')).toEqual([])
      expect(JSON.stringify(heard)).not.toContain('Of the attacker')
      victim.player.says({ type: 'pause', id: 2, stream_id: victim.stream_id, position_ms: 0 })
      expect(await victim.player.hears('playback')).toMatchObject({ re: 2, status: 'paused', position_ms: 0 })
      attacker.hangUp()
      victim.player.signsOut()
      // Its end is written behind all that came before it.
      const written = () => log.records.slice(before)
      const end = () => written().find((one) => one.type === 'stream-ended' && one.stream_id === victim.stream_id)
      await expect.poll(end).toMatchObject({ reason_end: 'signed-out', flags: [] })
      expect(written().filter((record) => record.type === 'telemetry')).toEqual([])
    },
    30_000,
  )
})

/** By the role that each asks for. */
const ROUTES: Readonly<Record<string, 'everybody' | 'listener' | 'analyst' | 'issuer'>> = {
  'GET /healthz': 'everybody',
  'GET /readyz': 'everybody',
  'GET /metrics': 'everybody',
  'GET /api/config': 'everybody',
  'GET /*': 'everybody',
  'GET /api/catalog': 'listener',
  'GET /v1/search': 'listener',
  'GET /api/dashboard': 'analyst',
  'GET /api/dashboard/stream': 'analyst',
  'GET /api/artists/:artist_id/account': 'analyst',
  'GET /api/sharing/cases': 'analyst',
  'GET /api/sharing/cases/:case_id': 'analyst',
  'GET /api/sharing/cases/:case_id/sessions': 'analyst',
  'GET /api/sessions/:session_id': 'analyst',
  'POST /api/sharing/cases/:case_id/mark': 'analyst',
  'POST /backchannel-logout': 'issuer',
}

describe('every route', () => {
  it('is in the table of these tests', async () => {
    const source = await readFile(join(import.meta.dirname, 'http/routes.ts'), 'utf8')
    const found = [...source.matchAll(/(?<verb>\badd|app\.post)\(\s*'(?<path>\/[^']*)'/g)].map(
      ({ groups }) => `${groups?.verb === 'add' ? 'GET' : 'POST'} ${groups?.path}`,
    )
    expect(found.sort()).toEqual(Object.keys(ROUTES).sort())
  })

  it.each(Object.entries(ROUTES).filter(([, role]) => role === 'listener' || role === 'analyst'))(
    '%s is shut without a token, with a bad one, and without the role %s',
    async (route, role) => {
      const [method = '', path = ''] = route.split(' ')
      const ask = async (token?: string) =>
        (
          await fetch(`${gateway.http}${path.replace(/:\w+/, uuidv7(0))}`, {
            method,
            ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
          })
        ).status
      expect(await ask()).toBe(401)
      expect(await ask(await keys.token({ foreignKey: true }))).toBe(401)
      expect(await ask(await tokenOf(ATTACKER, role === 'analyst' ? ['listener'] : ['nobody']))).toBe(403)
    },
  )
})

/** As it is: `fetch` and `new URL` would tidy the path. `then` is sent once something was answered. */
function rawAnswer(request: string, then?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(gateway.http)
    let answer = ''
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(request, 'latin1'))
    socket.setTimeout(5_000, () => socket.destroy())
    socket.on('data', (part) => {
      if (answer === '' && then !== undefined) socket.write(then, 'latin1')
      answer += part
    })
    socket.on('error', reject).on('close', () => resolve(answer))
  })
}

describe('a path', () => {
  it.each([
    '/../package.json',
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/....//package.json',
    '/assets/..\\..\\package.json',
    '//etc/passwd',
    '/assets/player.js%00.html',
  ])('%s leads to no file', async (path) => {
    const answer = await rawAnswer(`GET ${path} HTTP/1.1\r\nHost: segue\r\nConnection: close\r\n\r\n`)
    expect(answer.split('\r\n')[0]).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer).not.toContain('"segue"')
    expect(answer).not.toContain('root:')
  })
})

describe('a request with another one inside it, that came by no edge,', () => {
  const head = 'POST /backchannel-logout HTTP/1.1\r\nHost: segue\r\n'
  const smuggled = 'GET /api/config HTTP/1.1\r\nHost: segue\r\n\r\n'
  it.each([
    ['a length and chunks', `Content-Length: ${smuggled.length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n`],
    ['a length that is no number', `Content-Length: +${smuggled.length}\r\n\r\n`],
    ['an encoding that is not chunked', `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
  ])('by %s, is never answered for the inner one', async (_how, rest) => {
    const answer = await rawAnswer(`${head}${rest}${smuggled}`)
    expect(answer).not.toContain('ws_path')
  })
})

/** For SQL, for the shell, for a page, for a template, and for a format. */
const INJECTIONS = ["' OR '1'='1", "'; DROP TABLE tracks; --", '$(id)', '<script>alert(1)</script>', '{{7*7}}', '%n%s']

describe('words that mean something elsewhere', () => {
  it.each(INJECTIONS)('%s is a word, and no defect', async (word) => {
    const analyst = await tokenOf(ATTACKER, ['listener', 'analyst'])
    const ask = async (path: string) =>
      (await fetch(`${gateway.http}${path}`, { headers: { authorization: `Bearer ${analyst}` } })).status
    const text = encodeURIComponent(word)
    for (const path of [
      `/api/dashboard?minutes=15&country=${text}`,
      `/api/dashboard?minutes=15&plan=${text}`,
      `/api/dashboard?minutes=15&device_kind=${text}`,
      `/api/dashboard?minutes=${text}`,
      `/api/sharing/cases?status=${text}`,
    ])
      expect(await ask(path), path).toBe(400)
    for (const path of [
      `/api/sessions/${text}`,
      `/api/artists/${text}/account`,
      `/api/sharing/cases/${text}`,
      `/api/sharing/cases/${text}/sessions`,
    ])
      expect([400, 404], path).toContain(await ask(path))
    expect((await ask('/api/catalog')) === 200).toBe(true)
    expect(gateway.output()).not.toContain('a request failed')
  })
})

describe('a log', () => {
  it('has a line for each thing that the gateway says, whatever its clients are called', async () => {
    const forged = '\n{"level":"fatal","msg":"forged"}\n\u001b[2J\u2028'
    const player = RawPlayer.connect(gateway.ws)
    await player.hears('hello')
    player.says({
      type: 'authenticate',
      token: await tokenOf(`acct-${forged}`),
      device: { id: `d${forged}`, name: forged, kind: 'web' },
    })
    await heardBy(player, 5).catch(() => [])
    player.hangUp()
    const bad = { authorization: `Bearer ${encodeURIComponent(forged)}` }
    await fetch(`${gateway.http}/api/sessions/${encodeURIComponent(forged)}`, { headers: bad })
    await fetch(`${gateway.http}/backchannel-logout`, { method: 'POST', body: `logout_token=${forged}` })
    const lines = gateway.output().trim().split('\n')
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ service: 'gateway' })
    expect(gateway.output()).not.toContain('"msg":"forged"}')
  })
})

/** Whether a socket opens for a page of this origin; else the status of the answer. */
function opens(origin: string | undefined): Promise<number | 'open'> {
  return new Promise((resolve) => {
    const socket = new WebSocket(gateway.ws, [SUBPROTOCOLS.json], origin === undefined ? {} : { origin })
    socket.on('open', () => {
      socket.terminate()
      resolve('open')
    })
    socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode ?? 0))
  })
}

describe('C1 a page', () => {
  it('of elsewhere opens no socket, of the gateway it does, and so does a program', async () => {
    expect(await opens('https://evil.example')).toBe(403)
    expect(await opens('null')).toBe(403)
    expect(await opens(gateway.http)).toBe('open')
    expect(await opens(undefined)).toBe('open')
  })
})

describe('a bomb', () => {
  const zeros = Buffer.alloc(8 * 1024 * 1024)

  it('of a compressed frame is not opened: the gateway agrees to no compression, and takes no frame that says it is', async () => {
    const socket = new WebSocket(gateway.ws, [SUBPROTOCOLS.json], { perMessageDeflate: true })
    await new Promise((resolve) => socket.once('open', resolve))
    expect(socket.extensions).toBe('')
    socket.terminate()

    const head = [
      'GET /ws HTTP/1.1',
      'Host: segue',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
      `Sec-WebSocket-Protocol: ${SUBPROTOCOLS.json}`,
      'Sec-WebSocket-Extensions: permessage-deflate',
    ]
    // FIN, RSV1: "compressed", text; masked by zeros.
    const frame = String.fromCharCode(0xc1, 0x80 | 5, 0, 0, 0, 0, 1, 2, 3, 4, 5)
    const fromMs = performance.now()
    const answer = await rawAnswer(`${head.join('\r\n')}\r\n\r\n`, frame)
    // Hung up on, well before the socket would have to sign in.
    expect(performance.now() - fromMs).toBeLessThan(4_000)
    expect(answer).toContain('101 Switching Protocols')
    expect(answer.toLowerCase()).not.toContain('sec-websocket-extensions')
    expect(answer).not.toContain('"error"')
  })

  it('of a compressed body is a body like any other, and of a long one nothing is kept', async () => {
    const headers = { authorization: `Bearer ${await tokenOf(ATTACKER, ['analyst'])}`, 'content-encoding': 'gzip' }
    const mark = `${gateway.http}/api/sharing/cases/${uuidv7(0)}/mark`
    for (const body of [gzipSync(zeros), zeros]) {
      expect((await fetch(mark, { method: 'POST', headers, body })).status).toBe(400)
    }
  })
})
