/**
 * The servers of the test stack serve other tests, so a proxy puts them out of this gateway's reach: refused, or silent. A minute is four
 * seconds here, as leases and heartbeats are a fifteenth: an outage outlasts a lease, which outlasts two heartbeats.
 */

import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { createRedis, type Redis } from '../infra/redis/client.ts'
import { redisConfig } from '../infra/redis/config.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { createLogger } from '../infra/runtime/log.ts'
import { type FaultProxy, startFaultProxy } from '../infra/stack/fault-proxy.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { type LivePlayer, playLive } from './testing/live-player.ts'
import { metric } from './testing/metric.ts'
import { RawPlayer } from './testing/raw-player.ts'

const HEARTBEAT_MS = 1_000
const LEASE_MS = 3_000
const OUTAGE_MS = 4_000

/** What stands behind a proxy, and where its address is read. */
const BEHIND = {
  redis: 'SEGUE_REDIS_URL',
  postgres: 'SEGUE_POSTGRES_GATEWAY_URL',
  clickhouse: 'SEGUE_CLICKHOUSE_URL',
  minio: 'SEGUE_MINIO_URL',
} as const
type Behind = keyof typeof BEHIND
const NAMES = Object.keys(BEHIND) as Behind[]
const FAULTS = ['cut', 'hang'] as const

let keys: KeyServer
/** Reaches every server by a proxy; `other` reaches them straight. */
let gateway: GatewayProcess
let other: GatewayProcess
let redis: Redis
let trackIds: string[]
const proxies = {} as Record<Behind, FaultProxy>
const players = new Set<LivePlayer>()

beforeAll(async () => {
  const stack = inject('stackEnv')
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  redis = createRedis(readEnv(stack, redisConfig), createLogger('test', 'warn'))
  keys = await startKeyServer()
  const env: Record<string, string> = {
    ...stack,
    SEGUE_ISSUER_URL: keys.issuer,
    SEGUE_JWKS_URL: keys.jwksUrl,
    SEGUE_HEARTBEAT_INTERVAL_MS: String(HEARTBEAT_MS),
    SEGUE_LEASE_MS: String(LEASE_MS),
    SEGUE_AUTHENTICATE_WITHIN_MS: '2000',
  }
  const proxied = { ...env }
  for (const name of NAMES) {
    const address = stack[BEHIND[name]] ?? ''
    proxies[name] = await startFaultProxy(address)
    proxied[BEHIND[name]] = proxies[name].through(address)
  }
  ;[gateway, other] = await Promise.all([startGateway(proxied), startGateway(env)])
  const { artists } = await (await api('/api/catalog')).json()
  trackIds = artists.flatMap(({ albums }: { albums: { tracks: { track_id: string }[] }[] }) =>
    albums.flatMap(({ tracks }) => tracks.map(({ track_id }) => track_id)),
  )
})

afterEach(async () => {
  for (const player of players) player.leave()
  players.clear()
  for (const name of NAMES) await proxies[name].restore()
  await expect.poll(async () => (await readiness()).degraded, { timeout: 30_000 }).toEqual([])
})

afterAll(async () => {
  await Promise.all([gateway?.stop(), other?.stop()])
  await Promise.all(NAMES.map((name) => proxies[name]?.stop()))
  redis?.disconnect()
  await keys?.stop()
})

async function api(path: string, roles = ['listener', 'analyst']) {
  const token = await keys.token({ claims: { roles } })
  return fetch(`${gateway.http}${path}`, { headers: { authorization: `Bearer ${token}` } })
}

async function readiness() {
  const answer = await fetch(`${gateway.http}/readyz`)
  return { status: answer.status, ...(await answer.json()) }
}

/** How long `work` took, in ms. */
async function timed<T>(work: () => Promise<T>): Promise<{ answer: T; tookMs: number }> {
  const beganMs = performance.now()
  const answer = await work()
  return { answer, tookMs: performance.now() - beganMs }
}

async function playing(at: GatewayProcess, trackId = trackIds[0] ?? ''): Promise<LivePlayer> {
  const player = await playLive(at.ws, { keys, trackId, heartbeatMs: HEARTBEAT_MS })
  players.add(player)
  return player
}

async function resumes(at: GatewayProcess, ticket: string, last_seq: number): Promise<RawPlayer> {
  const socket = RawPlayer.connect(at.ws)
  await socket.hears('hello')
  socket.says({ type: 'resume', id: 100, ticket, last_seq })
  return socket
}

const wantsChunks = ({ socket, playback }: LivePlayer, next_chunk: number) =>
  socket.says({ type: 'credit', stream_id: playback.stream_id ?? '', bitrate_kbps: 96, next_chunk, chunks: 2 })

describe.each(FAULTS)('Redis does not answer (%s)', (fault) => {
  it('music goes on unsaved and counted, a resume is told to try again, and all is saved when it is back', async () => {
    const player = await playing(gateway)
    const left = await playing(gateway)
    const unsavedBefore = await metric(gateway, 'segue_gateway_unsaved_streams_total')
    await proxies.redis[fault]()
    const downAtMs = Date.now()

    // The first to notice waits for one save to fail, and nobody after it.
    player.socket.says({ type: 'pause', id: 2, stream_id: player.socket.streamId, position_ms: 0 })
    const first = await timed(() => player.socket.hears('playback'))
    expect(first.answer).toMatchObject({ re: 2, status: 'paused' })
    expect(first.tookMs).toBeLessThan(6_000)
    await expect.poll(async () => (await readiness()).degraded, { timeout: 20_000 }).toEqual(['redis'])
    player.socket.says({ type: 'play', id: 3, stream_id: player.socket.streamId })
    const next = await timed(() => player.socket.hears('playback'))
    expect(next.answer).toMatchObject({ re: 3, status: 'playing' })
    expect(next.tookMs).toBeLessThan(2_000)
    wantsChunks(player, 0)
    expect((await player.socket.hears('grant')).chunks.length).toBe(2)
    await player.socket.hears('heartbeat_ack')

    // Said by health and metrics; and the gateway stays in the rotation, where newcomers are served as well.
    expect(await readiness()).toMatchObject({
      status: 200,
      ready: true,
      dependencies: { redis: { state: 'down' }, postgres: { state: 'up' } },
    })
    expect(await metric(gateway, 'segue_gateway_dependency_up{dependency="redis"}')).toBe(0)
    expect(await metric(gateway, 'segue_gateway_dependency_up{dependency="kafka"}')).toBe(1)
    expect(await metric(gateway, 'segue_gateway_unsaved_sessions{stream="open"}')).toBeGreaterThanOrEqual(1)
    expect(await metric(gateway, 'segue_gateway_unsaved_streams_total')).toBeGreaterThan(unsavedBefore)
    const newcomer = await playing(gateway)

    // One whose socket broke cannot be read from where sessions are: soon told, to be tried again.
    left.leave()
    const early = await resumes(gateway, left.ticket, left.playback.seq ?? 0)
    const refused = await timed(() => early.hears('error'))
    expect(refused.answer).toMatchObject({ re: 100, name: 'unavailable', retriable: true })
    expect(refused.tookMs).toBeLessThan(2_000)

    await wait(Math.max(0, downAtMs + OUTAGE_MS - Date.now()))
    player.socket.says({ type: 'pause', id: 4, stream_id: player.socket.streamId, position_ms: 100 })
    const last = await player.socket.hears('playback')
    await proxies.redis.restore()

    // Saved by itself, before anyone speaks again; then any gateway has it, whole.
    await expect
      .poll(() => metric(gateway, 'segue_gateway_unsaved_sessions{stream="open"}'), { timeout: 20_000 })
      .toBe(0)
    expect(await metric(gateway, 'segue_gateway_dependency_up{dependency="redis"}')).toBe(1)
    for (const [whom, seq] of [
      [player, last.seq],
      [left, left.playback.seq],
      [newcomer, newcomer.playback.seq],
    ] as const) {
      whom.leave()
      const back = await resumes(other, whom.ticket, seq ?? 0)
      expect(await back.hears('resumed')).toMatchObject({ recovered: true })
      back.hangUp()
    }
  })
})

describe.each(FAULTS)('PostgreSQL does not answer (%s)', (fault) => {
  it('what plays goes on, what is known begins, what must be looked up is told to try again', async () => {
    const [known = '', unknown = ''] = [trackIds[0], '00000000-0000-4000-8000-000000000000']
    const player = await playing(gateway, known)
    await proxies.postgres[fault]()

    // Whoever comes first may wait for the bound, and not beyond it.
    player.socket.says({ type: 'play', id: 2, track_id: unknown })
    const first = await timed(() => player.socket.hears('error'))
    expect(first.answer).toMatchObject({ re: 2, name: 'unavailable', retriable: true })
    expect(first.tookMs).toBeLessThan(6_000)
    await expect.poll(async () => (await readiness()).degraded, { timeout: 20_000 }).toEqual(['postgres'])
    player.socket.says({ type: 'play', id: 3, track_id: unknown })
    const next = await timed(() => player.socket.hears('error'))
    expect(next.answer).toMatchObject({ re: 3, name: 'unavailable', retriable: true })
    expect(next.tookMs).toBeLessThan(1_500)

    player.socket.says({ type: 'play', id: 4, track_id: known })
    expect(await player.socket.hears('playback')).toMatchObject({ re: 4, status: 'playing' })
    for (const path of ['/api/catalog', `/api/artists/${unknown}/account`]) {
      const { answer, tookMs } = await timed(() => api(path))
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
      expect((await answer.json()).error).toMatchObject({ name: 'unavailable', retriable: true })
      expect(tookMs).toBeLessThan(2_000)
    }
    expect((await readiness()).status).toBe(200)

    await proxies.postgres.restore()
    await expect.poll(async () => (await api('/api/catalog')).status, { timeout: 20_000 }).toBe(200)
    player.socket.says({ type: 'play', id: 5, track_id: unknown })
    expect(await player.socket.hears('error')).toMatchObject({ re: 5, name: 'unknown_track' })
  })
})

describe.each(FAULTS)('ClickHouse does not answer (%s)', (fault) => {
  it('the dashboard says so, and nothing else notices', async () => {
    const player = await playing(gateway)
    await proxies.clickhouse[fault]()
    await expect.poll(async () => (await readiness()).degraded, { timeout: 20_000 }).toEqual(['clickhouse'])
    const { answer, tookMs } = await timed(() => api('/api/dashboard?minutes=61'))
    expect(answer.status).toBe(503)
    expect((await answer.json()).error).toMatchObject({ name: 'unavailable', retriable: true })
    expect(tookMs).toBeLessThan(2_000)
    player.socket.says({ type: 'pause', id: 2, stream_id: player.socket.streamId, position_ms: 0 })
    expect(await player.socket.hears('playback')).toMatchObject({ re: 2 })

    await proxies.clickhouse.restore()
    await expect.poll(async () => (await api('/api/dashboard?minutes=62')).status, { timeout: 20_000 }).toBe(200)
  })
})

describe.each(FAULTS)('MinIO does not answer (%s)', (fault) => {
  it('addresses are signed on, and are good when it is back', async () => {
    const player = await playing(gateway)
    await proxies.minio[fault]()
    await expect.poll(async () => (await readiness()).degraded, { timeout: 20_000 }).toEqual(['minio'])
    wantsChunks(player, 0)
    const { chunks } = await player.socket.hears('grant')
    const url = chunks[0]?.url ?? ''
    await expect(fetch(url, { signal: AbortSignal.timeout(500) })).rejects.toThrow()

    await proxies.minio.restore()
    expect((await fetch(url)).status).toBe(200)
  })
})
