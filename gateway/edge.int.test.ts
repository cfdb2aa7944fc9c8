/** Owns the tests of gateways behind the edge: several as one, any of them lost without loss, and each client known by its own address. */

import { request } from 'node:https'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { EDGE_ADDRESS } from '../infra/nginx/server.ts'
import { type EdgeProcess, startEdge } from '../infra/nginx/testing/edge-process.ts'
import { uuidv7 } from '../protocol/ids.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { metric } from './testing/metric.ts'
import { RawPlayer } from './testing/raw-player.ts'

const PLAYERS = 8
/** Fewer than its share of them. */
const ROOM_OF_A = 3
const MOST_BAD_TOKENS = 4
const ACCOUNT = 'acct-edge-'
const DEVICE = 'A device with a name'

let keys: KeyServer
let a: GatewayProcess
let b: GatewayProcess
let edge: EdgeProcess
let trackId: string

const addressOf = (gateway: GatewayProcess) => new URL(gateway.http).host
const socketsOf = async (gateway: GatewayProcess) => await metric(gateway, 'segue_gateway_sockets')

beforeAll(async () => {
  const stack = inject('stackEnv')
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  keys = await startKeyServer()
  const env = {
    ...stack,
    SEGUE_ISSUER_URL: keys.issuer,
    SEGUE_JWKS_URL: keys.jwksUrl,
    SEGUE_TRUSTED_PROXIES: EDGE_ADDRESS,
    SEGUE_LOG_LEVEL: 'trace',
    SEGUE_BAD_TOKENS_OF_AN_ADDRESS_PER_MINUTE: '1',
    SEGUE_BAD_TOKENS_OF_AN_ADDRESS_BURST: String(MOST_BAD_TOKENS),
  }
  ;[a, b] = await Promise.all([startGateway({ ...env, SEGUE_MAX_SOCKETS: String(ROOM_OF_A) }), startGateway(env)])
  edge = await startEdge([addressOf(a), addressOf(b)])
  const catalog = JSON.parse((await ask('/api/catalog', await keys.token())).body)
  trackId = catalog.artists[0].albums[0].tracks[0].track_id
})

afterAll(async () => {
  await edge?.stop()
  await Promise.all([a?.stop(), b?.stop()])
  await keys?.stop()
})

/** Asks over TLS, at the edge, from an address of the loopback network. */
async function ask(path: string, token: string, localAddress = '127.0.0.1') {
  return await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    const asked = request(`${edge.https}${path}`, { ca: edge.authority, localAddress, headers, agent: false })
    asked.on('response', (answer) => {
      let body = ''
      answer.on('data', (chunk) => {
        body += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
    })
    asked.on('error', reject).end()
  })
}

const connect = () => RawPlayer.connect(edge.wss, 'msgpack', '127.0.0.1', edge.authority)

/** One that listens, through the edge. */
async function listening() {
  const player = connect()
  await player.hears('hello')
  const token = await keys.token({ claims: { sub: `${ACCOUNT}${uuidv7(Date.now())}` } })
  player.says({ type: 'authenticate', token, device: { id: 'd', name: DEVICE, kind: 'web' } })
  const { ticket } = await player.hears('ready')
  player.says({ type: 'play', id: 1, track_id: trackId })
  const { stream_id, seq } = await player.hears('playback')
  return { player, ticket, stream_id, seq }
}

describe('two gateways behind the edge', () => {
  test('share the players; what one has no room for goes to the other; a reload and the death of one lose no session', async () => {
    const all = await Promise.all(Array.from({ length: PLAYERS }, listening))
    expect([await socketsOf(a), await socketsOf(b)]).toEqual([ROOM_OF_A, PLAYERS - ROOM_OF_A])

    // Who was there before a reload is still there, with the same socket, at a gateway that gets nobody new.
    await edge.reload([addressOf(b)])
    for (const { player } of all) player.says({ type: 'pause', id: 2, stream_id: player.streamId, position_ms: 0 })
    for (const { player } of all) expect(await player.hears('playback')).toMatchObject({ status: 'paused', re: 2 })
    expect(await socketsOf(a)).toBe(ROOM_OF_A)
    await edge.reload([addressOf(a), addressOf(b)])

    await a.kill('SIGKILL')
    await expect.poll(() => all.filter(({ player }) => player.closed).length).toBe(ROOM_OF_A)
    const back = await Promise.all(
      all.map(async ({ player, ticket, seq, stream_id }) => {
        if (!player.closed) return await stillThere(player, stream_id)
        const again = connect()
        await again.hears('hello')
        again.says({ type: 'resume', id: 3, ticket, last_seq: seq })
        const { recovered } = await again.hears('resumed')
        expect(await again.hears('playback')).toMatchObject({ stream_id, status: 'paused' })
        return recovered ? again : undefined
      }),
    )
    expect(back.filter((player) => player !== undefined)).toHaveLength(PLAYERS)
    expect(await socketsOf(b)).toBe(PLAYERS)
    for (const player of back) player?.signsOut()
  })

  test('know each client by its own address: one that is refused for bad tokens leaves the others in peace', async () => {
    const statuses: number[] = []
    for (let round = 0; round < MOST_BAD_TOKENS + 2; round += 1)
      statuses.push((await ask('/api/catalog', `bad-${round}`, '127.0.0.5')).status)
    expect(statuses).toEqual([...Array(MOST_BAD_TOKENS).fill(401), 429, 429])
    expect((await ask('/api/catalog', 'bad', '127.0.0.6')).status).toBe(401)
  })

  test('do not believe who goes round the edge and names another address', async () => {
    const statuses: number[] = []
    for (let round = 0; round < MOST_BAD_TOKENS + 1; round += 1) {
      const headers = { authorization: `Bearer bad-${round}`, 'x-forwarded-for': `198.51.100.${round}` }
      statuses.push((await fetch(`${b.http}/api/catalog`, { headers })).status)
    }
    expect(statuses.at(-1)).toBe(429)
  })

  test('log JSON lines, at every level, that name nobody: no account, device, token or address', () => {
    for (const gateway of [a, b]) {
      const lines = gateway.output().trim().split('\n')
      for (const line of lines) expect(JSON.parse(line)).toMatchObject({ service: 'gateway' })
      for (const word of [ACCOUNT, DEVICE, 'bad-', 'eyJ', '127.0.0.5', '127.0.0.6', '198.51.100'])
        expect(gateway.output(), word).not.toContain(word)
    }
  })
})

async function stillThere(player: RawPlayer, stream_id: string | undefined): Promise<RawPlayer> {
  player.says({ type: 'play', id: 3, stream_id: player.streamId })
  expect(await player.hears('playback')).toMatchObject({ stream_id, status: 'playing' })
  return player
}
