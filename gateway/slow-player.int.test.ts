import { request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import type { DownMessage } from '../protocol/messages/down.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { RawPlayer } from './testing/raw-player.ts'

const MAX_QUEUED_BYTES = 400_000

let keys: KeyServer
let gateway: GatewayProcess
let trackId: string

beforeAll(async () => {
  const stack = inject('stackEnv')
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  keys = await startKeyServer()
  gateway = await startGateway({
    ...stack,
    SEGUE_ISSUER_URL: keys.issuer,
    SEGUE_JWKS_URL: keys.jwksUrl,
    SEGUE_MAX_QUEUED_BYTES: String(MAX_QUEUED_BYTES),
    SEGUE_MESSAGES_BURST: '500000',
  })
  const authorization = `Bearer ${await keys.token()}`
  const catalog = await (await fetch(`${gateway.http}/api/catalog`, { headers: { authorization } })).json()
  trackId = catalog.artists[0].albums[0].tracks[0].track_id
})

afterAll(async () => {
  await gateway?.stop()
  await keys?.stop()
})

const signIn = async () => RawPlayer.ready(gateway.ws, await keys.token(), 'json')

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${gateway.http}/metrics`)).text()
  const line = text.split('\n').find((row) => row.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1) ?? 0)
}

/** Plays the track over and over, `id` after `id`, until `enough`; every answer is large. */
async function playUntil(player: RawPlayer, from: number, enough: () => Promise<boolean>): Promise<number> {
  let id = from
  const deadline = Date.now() + 120_000
  while (!(await enough())) {
    if (Date.now() > deadline) throw new Error(`${id} plays were not enough`)
    for (let n = 0; n < 100; n += 1) {
      player.says({ type: 'play', id, track_id: trackId })
      id += 1
    }
    // The gateway takes up to 64 that wait for their turn.
    await wait(20)
  }
  return id
}

describe('a player that does not read', () => {
  it('L1 L2 C6 gets every numbered message in order, heartbeats first, and of what plays next the newest alone', async () => {
    const player = await signIn()
    player.says({ type: 'play', id: 1, track_id: trackId })
    expect(await player.hears('up_next')).toMatchObject({ revision: 1 })
    player.stopsReading()
    // What the kernel buffers is beyond the lanes; from then on messages wait in them.
    const id = await playUntil(
      player,
      2,
      async () => (await metric('segue_gateway_backlog_bytes')) > MAX_QUEUED_BYTES / 4,
    )
    const coalesced = 'segue_gateway_coalesced_total{lane="recommendations"}'
    expect(await metric(coalesced)).toBeGreaterThan(0)
    player.says({ type: 'heartbeat', sent_at_ms: 4_711 })
    // Of the only stream that it has heard of, which is over: refused, and that is an answer like any other.
    player.says({ type: 'pause', id, stream_id: player.streamId, position_ms: 0 })
    await wait(200)
    player.goesOnReading()

    let seq = 1
    let revision = 1
    let leftOut = 0
    let isAnswered = false
    const order: string[] = []
    while (seq < id || !order.includes('up_next')) {
      const heard = await player.hearsAny()
      if (heard.type === 'playback' || heard.type === 'error') {
        expect(heard.seq).toBe(seq + 1)
        seq += 1
      } else if (heard.type === 'heartbeat_ack') {
        expect(heard.sent_at_ms).toBe(4_711)
        isAnswered = true
      } else if (heard.type === 'up_next') {
        leftOut += heard.revision - revision - 1
        revision = heard.revision
      }
      // From the refusal on, only what it waited behind.
      if (heard.type === 'error') order.push(heard.name)
      else if (order.length > 0 && heard.type !== 'devices') order.push(heard.type)
    }
    expect(isAnswered).toBe(true)
    expect(order).toEqual(['wrong_stream', 'up_next'])
    expect(leftOut).toBeGreaterThan(0)
    // One with each play; more, where what is listened to tells more.
    expect(revision).toBeGreaterThanOrEqual(id - 1)
    await expect.poll(() => metric('segue_gateway_backlog_bytes')).toBe(0)
    player.says({ type: 'heartbeat', sent_at_ms: 1 })
    expect(await player.hears('heartbeat_ack')).toMatchObject({ sent_at_ms: 1 })
    player.hangUp()
  })

  it('L3 is closed when too much waits for it, its memory is free again, and it may go on with its session', async () => {
    const player = RawPlayer.connect(gateway.ws, 'json')
    await player.hears('hello')
    player.says({
      type: 'authenticate',
      token: await keys.token(),
      device: { id: 'slow', name: 'Slow', kind: 'tv' },
    })
    const { ticket } = await player.hears('ready')
    player.stopsReading()
    const closed = 'segue_gateway_closes_total{close="slow_consumer"}'
    const before = await metric(closed)
    await playUntil(player, 1, async () => (await metric(closed)) > before)
    await expect.poll(() => metric('segue_gateway_backlog_bytes')).toBe(0)
    expect(await metric('segue_gateway_dropped_total{lane="control"}')).toBeGreaterThan(0)
    await expect.poll(() => metric('segue_gateway_sockets')).toBe(0)
    player.goesOnReading()
    // The close frame is behind more than the kernel could pass on.
    expect([4003, 1006]).toContain(await player.closes())

    const back = RawPlayer.connect(gateway.ws, 'json')
    await back.hears('hello')
    back.says({ type: 'resume', id: 100_000, ticket, last_seq: 0 })
    const resumed = await back.hears('resumed')
    expect(resumed).toMatchObject({ recovered: false, state: { playback: { status: 'playing' } } })
    back.hangUp()
  })
})

describe('a hasty player', () => {
  it('L4 L5 is told how long to wait, nothing of it is done meanwhile, and it is closed when it does not listen', async () => {
    const strict = await startGateway({
      ...inject('stackEnv'),
      SEGUE_ISSUER_URL: keys.issuer,
      SEGUE_JWKS_URL: keys.jwksUrl,
      SEGUE_MESSAGES_PER_SECOND: '1',
      SEGUE_MESSAGES_BURST: '3',
      SEGUE_MAX_HURRIED: '5',
    })
    try {
      const player = RawPlayer.connect(strict.ws)
      expect(await player.hears('hello')).toMatchObject({ messages_per_second: 1, messages_burst: 3 })
      player.says({ type: 'authenticate', token: await keys.token(), device: { id: 'h', name: 'H', kind: 'web' } })
      await player.hears('ready')
      player.says({ type: 'play', id: 1, track_id: trackId })
      player.says({ type: 'play', id: 2, track_id: trackId })
      player.says({ type: 'play', id: 3, track_id: trackId })
      const heard: DownMessage[] = []
      const count = (type: DownMessage['type']) => heard.filter((message) => message.type === type).length
      player.says({ type: 'play', id: 4, track_id: trackId })
      while (count('playback') + count('error') < 4) heard.push(await player.hearsAny())
      const played = heard.flatMap((message) => (message.type === 'playback' ? [message.re] : []))
      // Two that the burst has left, and a third where the sign-in took a second.
      expect([
        [1, 2],
        [1, 2, 3],
      ]).toContainEqual(played)
      const refused = heard.find((message) => message.type === 'error')
      expect(refused).toMatchObject({ code: 209, name: 'too_many_requests', retriable: true, re: played.length + 1 })
      const waitMs = refused?.retry_after_ms ?? 0
      expect(waitMs).toBeGreaterThan(0)
      expect(waitMs).toBeLessThanOrEqual(1_000)
      await wait(waitMs)
      // That one was answered; it is asked anew.
      player.says({ type: 'play', id: 5, track_id: trackId })
      expect(await player.hears('playback')).toMatchObject({ re: 5, status: 'playing' })
      for (let n = 0; n < 6; n += 1) player.says({ type: 'heartbeat', sent_at_ms: n })
      expect(await player.closes()).toBe(4010)
    } finally {
      await strict.stop()
    }
  })

  it('G2 finds the door closed when more connect than may, with the time to wait', async () => {
    const narrow = await startGateway({ ...inject('stackEnv'), SEGUE_CONNECTS_PER_SECOND: '1' })
    try {
      const first = RawPlayer.connect(narrow.ws)
      await first.hears('hello')
      const answer = await upgradeAt(narrow.http)
      expect(answer.status).toBe(503)
      expect(Number(answer.retryAfter)).toBeGreaterThanOrEqual(1)
      first.hangUp()
    } finally {
      await narrow.stop()
    }
  })
})

async function upgradeAt(http: string): Promise<{ status: number; retryAfter: string | undefined }> {
  return new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-protocol': 'segue.v1.json',
    }
    const asked = request(`${http}/ws`, { headers }, (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] })
    })
    asked.on('upgrade', (_response, socket) => {
      socket.destroy()
      resolve({ status: 101, retryAfter: undefined })
    })
    asked.on('error', reject)
    asked.end()
  })
}
