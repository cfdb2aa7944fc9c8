import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import WebSocket from 'ws'
import { type GatewayProcess, startGateway } from '../../gateway/testing/gateway-process.ts'
import { metric } from '../../gateway/testing/metric.ts'
import { loadDemoCatalog } from '../../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../../infra/issuer/key-server.ts'
import { uuidv7 } from '../ids.ts'
import { type Client, type ClientEvents, type ClientOptions, connect, memoryEventStore, SignedOut } from './index.ts'

let keys: KeyServer
let gateway: GatewayProcess
let trackId: string
let client: Client | undefined

const gatewayEnv = () => ({
  ...inject('stackEnv'),
  SEGUE_ISSUER_URL: keys.issuer,
  SEGUE_JWKS_URL: keys.jwksUrl,
  SEGUE_HEARTBEAT_INTERVAL_MS: '1000',
})

beforeAll(async () => {
  await loadDemoCatalog(inject('stackEnv'), () => undefined, { size: 'tiny' })
  keys = await startKeyServer()
  gateway = await startGateway(gatewayEnv())
  const answer = await fetch(`${gateway.http}/api/catalog`, {
    headers: { authorization: `Bearer ${await keys.token()}` },
  })
  trackId = (await answer.json()).artists[0].albums[0].tracks[0].track_id
})

afterEach(() => client?.close())

afterAll(async () => {
  await gateway?.stop()
  await keys?.stop()
})

function open(changes: Partial<ClientOptions> = {}): Client {
  client = connect({
    url: gateway.ws,
    token: () => keys.token(),
    device: { id: 'sdk-test', name: 'SDK test', kind: 'desktop' },
    webSocket: WebSocket,
    ...changes,
  })
  return client
}

function next<Name extends keyof ClientEvents>(from: Client, name: Name): Promise<ClientEvents[Name]> {
  return new Promise((resolve) => {
    const off = from.on(name, (value) => {
      off()
      resolve(value)
    })
  })
}

const becomes = (from: Client, state: string, timeout = 15_000) =>
  expect.poll(() => from.state, { timeout, interval: 20 }).toBe(state)

const seen = () => ({ stream_id: uuidv7(Date.now()), position_ms: 0 })

describe('the SDK', () => {
  it.each(['msgpack', 'json'] as const)('signs in, plays, reports and is acknowledged: %s', async (encoding) => {
    const sdk = open({ encoding })
    expect(await next(sdk, 'ready')).toMatchObject({ account: { id: 'acct-ada' } })
    const upNext = next(sdk, 'up_next')
    const playback = await sdk.play({ track_id: trackId, reason: 'pick' })
    expect(playback).toMatchObject({ status: 'playing', track: { track_id: trackId } })
    expect((await upNext).type).toBe('up_next')
    const granted = next(sdk, 'grant')
    sdk.credit({ stream_id: playback.stream_id ?? '', bitrate_kbps: 96, next_chunk: 0, chunks: 1 })
    expect((await granted).chunks).toHaveLength(1)
    const acked = next(sdk, 'acked')
    const event = sdk.report('position', { stream_id: playback.stream_id ?? '', position_ms: 0 })
    expect(await acked).toEqual({ events: [event], pending: 0 })
    expect(await next(sdk, 'rtt')).toBeGreaterThanOrEqual(0)
  })

  it('fails for good on a token that will never be taken, and says why', async () => {
    const sdk = open({ token: () => keys.token({ foreignKey: true }) })
    const states: unknown[] = []
    sdk.on('state', (state) => states.push(state))
    await becomes(sdk, 'failed')
    expect(states.at(-1)).toEqual({ state: 'failed', reason: 'token_signature' })
  })

  it('R2 asks for a fresh token when the old one has expired', async () => {
    const asked: boolean[] = []
    const sdk = open({
      token: (refresh) => {
        asked.push(refresh)
        return keys.token(refresh ? {} : { expiresInS: -30 })
      },
    })
    await becomes(sdk, 'connected')
    expect(asked).toEqual([false, true])
  })

  it('S4 waits as long as the gateway says when its fresh tokens come too fast, and stays connected', async () => {
    const strict = await startGateway({ ...gatewayEnv(), SEGUE_REFRESHES_PER_MINUTE: '30' })
    try {
      // The issuer gives the same again and again, of which half of what is left is less each time; at last one that lives.
      const aging = keys.token({ expiresInS: 4 })
      let lasting = false
      let asked = 0
      const sdk = open({
        url: strict.ws,
        token: () => {
          asked += 1
          return lasting ? keys.token() : aging
        },
      })
      await becomes(sdk, 'connected')
      const states: string[] = []
      const errors: unknown[] = []
      sdk.on('state', ({ state }) => states.push(state))
      sdk.on('error', (error) => errors.push(error))
      const refused = () => metric(strict, 'segue_gateway_errors_total{error="too_many_requests"}')
      await expect.poll(refused, { interval: 50 }).toBeGreaterThan(0)
      lasting = true
      const before = asked
      await expect.poll(() => asked, { interval: 20 }).toBeGreaterThan(before)
      const taken = () => metric(strict, 'segue_gateway_tokens_total{result="good"}')
      await expect.poll(taken, { interval: 50 }).toBeGreaterThan(1)
      // Had it not waited, it would have been refused again and again.
      expect(await refused()).toBeLessThan(5)
      expect(states).toEqual([])
      expect(errors).toEqual([])
    } finally {
      await strict.stop()
    }
  })

  it('fails when the listener is signed out', async () => {
    const sdk = open({ token: () => Promise.reject(new SignedOut('signed out')) })
    const failed = new Promise((resolve) => sdk.on('state', (now) => now.state === 'failed' && resolve(now.reason)))
    expect(await failed).toBe('no access token: signed out')
  })

  it('rejects what the gateway refuses, by its name in the table', async () => {
    const sdk = open()
    await becomes(sdk, 'connected')
    await expect(sdk.play({ track_id: uuidv7(0) })).rejects.toMatchObject({ code: 'unknown_track', retriable: false })
    await expect(sdk.resume()).rejects.toMatchObject({ code: 'not_paused' })
    expect(sdk.state).toBe('connected')
  })

  it('says at once that a request cannot be made without a connection', async () => {
    const sdk = open({ url: 'ws://127.0.0.1:9/ws' })
    await expect(sdk.pause(0)).rejects.toMatchObject({ code: 'disconnected', retriable: true })
  })

  it('tells what was dropped, and why, and loses no other event of its batch', async () => {
    const sdk = open()
    await becomes(sdk, 'connected')
    const dropped = next(sdk, 'dropped')
    const acked = next(sdk, 'acked')
    const bad = sdk.report('position', { ...seen(), stream_id: 'no stream' })
    const good = sdk.report('position', { ...seen(), position_ms: 12.3 })
    expect(await dropped).toEqual({ events: [bad], reason: 'invalid_message' })
    expect(await acked).toEqual({ events: [{ ...good, position_ms: 12 }], pending: 0 })
  })

  it('tries again when the token cannot be fetched now', async () => {
    let tries = 0
    const sdk = open({
      token: () => {
        tries += 1
        return tries < 3 ? Promise.reject(new Error('the issuer is away')) : keys.token()
      },
    })
    await becomes(sdk, 'connected')
    expect(tries).toBe(3)
  })

  it('T2 what one client could not send, the next one on its store sends as it is, and seq goes on', async () => {
    const store = memoryEventStore()
    const first = open({ store })
    await becomes(first, 'connected')
    const left = first.report('position', seen())
    first.close()
    expect(first.pendingEvents).toBe(1)
    const second = open({ store })
    expect(await next(second, 'acked')).toEqual({ events: [left], pending: 0 })
    expect(second.report('position', seen()).seq).toBe(left.seq + 1)
    await next(second, 'acked')
    second.close()
    expect(await store.load('acct-ada')).toEqual({ events: [], lastSeq: left.seq + 1 })
  })

  it('G1 U1 T2 comes back after goaway to the same stream; what was not acknowledged is sent again', async () => {
    const port = Number(new URL(gateway.http).port)
    const sdk = open({ position: () => ({ position_ms: 12_345, buffer_ms: 0 }) })
    await becomes(sdk, 'connected')
    const before = await sdk.play({ track_id: trackId })
    await sdk.pause(12_345)

    const goaway = next(sdk, 'goaway')
    const gone = gateway.kill('SIGTERM')
    expect(await goaway).toMatchObject({ reason: 'draining' })
    await becomes(sdk, 'disconnected')
    const event = sdk.report('paused', { stream_id: before.stream_id ?? '', position_ms: 12_345 })
    expect(sdk.pendingEvents).toBe(1)
    expect(await gone).toBe(0)

    const acked = next(sdk, 'acked')
    const resumed = next(sdk, 'resumed')
    gateway = await startGateway(gatewayEnv(), port)
    expect(await resumed).toMatchObject({ recovered: true })
    expect(await acked).toEqual({ events: [event], pending: 0 })
    const after = await sdk.resume()
    expect(after).toMatchObject({ status: 'playing', position_ms: 12_345, stream_id: before.stream_id })
    expect(after.track?.track_id).toBe(trackId)
  })

  it('U1 R3 goes on when the gateway is killed, and as a new stream when its session is gone', async () => {
    const port = Number(new URL(gateway.http).port)
    const sdk = open({ position: () => ({ position_ms: 3_000, buffer_ms: 0 }) })
    await becomes(sdk, 'connected')
    const before = await sdk.play({ track_id: trackId })
    await gateway.kill('SIGKILL')
    const resumed = next(sdk, 'resumed')
    gateway = await startGateway({ ...gatewayEnv(), SEGUE_RESUME_WITHIN_MS: '1000' }, port)
    await resumed
    expect(sdk.playback).toMatchObject({ status: 'playing', stream_id: before.stream_id })
    await gateway.kill('SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    const ready = next(sdk, 'ready')
    gateway = await startGateway(gatewayEnv(), port)
    await ready
    const anew = () => sdk.playback?.stream_id !== before.stream_id && sdk.playback?.status
    await expect.poll(anew, { interval: 20 }).toBe('playing')
    expect(sdk.playback).toMatchObject({ position_ms: 3_000, track: { track_id: trackId } })
  })
})
