import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { createRedis, type Redis } from '../infra/redis/client.ts'
import { redisConfig } from '../infra/redis/config.ts'
import { createSessionStore } from '../infra/redis/session-store.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { createLogger } from '../infra/runtime/log.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { type LivePlayer, playLive } from './testing/live-player.ts'
import { metric } from './testing/metric.ts'
import { RawPlayer } from './testing/raw-player.ts'

const HEARTBEAT_MS = 1_000
const LEASE_MS = 3_000

let keys: KeyServer
let gateway: GatewayProcess
let redis: Redis
let trackId: string
const players = new Set<LivePlayer>()

beforeAll(async () => {
  const stack = inject('stackEnv')
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  redis = createRedis(readEnv(stack, redisConfig), createLogger('test', 'warn'))
  keys = await startKeyServer()
  gateway = await startGateway({
    ...stack,
    SEGUE_ISSUER_URL: keys.issuer,
    SEGUE_JWKS_URL: keys.jwksUrl,
    SEGUE_HEARTBEAT_INTERVAL_MS: String(HEARTBEAT_MS),
    SEGUE_LEASE_MS: String(LEASE_MS),
    SEGUE_AUTHENTICATE_WITHIN_MS: '2000',
  })
  const headers = { authorization: `Bearer ${await keys.token()}` }
  const { artists } = await (await fetch(`${gateway.http}/api/catalog`, { headers })).json()
  trackId = artists[0].albums[0].tracks[0].track_id
})

afterEach(() => {
  for (const player of players) player.leave()
  players.clear()
})

afterAll(async () => {
  await gateway?.stop()
  redis?.disconnect()
  await keys?.stop()
})

async function playing(): Promise<LivePlayer> {
  const player = await playLive(gateway.ws, { keys, trackId, heartbeatMs: HEARTBEAT_MS })
  players.add(player)
  return player
}

describe('a gateway that stood still', () => {
  /** Before it the player may hear that it plays on by another lease, as the one before ran out meanwhile. */
  const answerTo = async (socket: RawPlayer, re: number) => {
    for (;;) {
      const playback = await socket.hears('playback')
      if (playback.re === re) return playback
    }
  }
  const FROZEN_MS = 3_500
  const freeze = async (work: () => Promise<void>) => {
    void gateway.kill('SIGSTOP')
    await wait(FROZEN_MS)
    await work()
    void gateway.kill('SIGCONT')
  }

  it('H3 S1 closes nobody whose words wait unread, and still closes who is silent', async () => {
    const stallsBefore = await metric(gateway, 'segue_gateway_stalls_total')
    const secondsBefore = await metric(gateway, 'segue_gateway_stall_seconds_total')
    const talking = await playing()
    const silent = await RawPlayer.ready(gateway.ws, await keys.token())
    const late = RawPlayer.connect(gateway.ws)
    await late.hears('hello')
    await freeze(async () =>
      late.says({ type: 'authenticate', token: await keys.token(), device: { id: 'd', name: 'n', kind: 'web' } }),
    )
    await late.hears('ready')
    talking.socket.says({ type: 'pause', id: 2, stream_id: talking.socket.streamId, position_ms: 0 })
    expect(await answerTo(talking.socket, 2)).toMatchObject({ status: 'paused' })
    expect(await silent.closes()).toBe(4001)
    talking.socket.says({ type: 'pause', id: 3, stream_id: talking.socket.streamId, position_ms: 0 })
    expect(await answerTo(talking.socket, 3)).toMatchObject({ status: 'paused' })
    expect(await metric(gateway, 'segue_gateway_stalls_total')).toBeGreaterThan(stallsBefore)
    expect(await metric(gateway, 'segue_gateway_stall_seconds_total')).toBeGreaterThan(secondsBefore + 1.5)
    late.hangUp()
  })

  it('P6 D4 for longer than a lease learns that the reaper has ended its stream, and tells the player', async () => {
    const player = await playing()
    const reaper = createSessionStore(redis, { gatewayId: 'reaper', waitMs: 0 })
    const stream_id = player.playback.stream_id ?? ''
    await freeze(async () => {
      const claimed = (await reaper.claim(1_000)).filter(({ streamId }) => streamId === stream_id)
      expect(claimed.length).toBe(1)
      for (const stream of claimed) await reaper.settleClaim(stream)
    })
    // Its lease ran out, too, and may be granted anew before the end of the stream is found out.
    let told = await player.socket.hears('playback')
    while (told.status !== 'stopped') told = await player.socket.hears('playback')
    expect(told).toMatchObject({ reason: 'lost', stream_id })
    player.socket.says({ type: 'play', id: 2, track_id: trackId })
    expect(await player.socket.hears('playback')).toMatchObject({ re: 2, status: 'playing' })
  })
})
