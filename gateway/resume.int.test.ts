import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { createRedis, type Redis } from '../infra/redis/client.ts'
import { redisConfig } from '../infra/redis/config.ts'
import { createSessionStore } from '../infra/redis/session-store.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { createLogger } from '../infra/runtime/log.ts'
import { plainMsgpack } from '../protocol/plain-msgpack.ts'
import { DEVICE, LISTENER } from '../session/fixtures.ts'
import { lastWill, newSession } from '../session/session.ts'
import { type SessionSnapshot, sessionFrom } from '../session/snapshot.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { RawPlayer } from './testing/raw-player.ts'

const log = createLogger('test', 'warn')

let keys: KeyServer
let a: GatewayProcess
let b: GatewayProcess
let trackId: string
let redis: Redis

const gatewayEnv = () => ({ ...inject('stackEnv'), SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl })

beforeAll(async () => {
  redis = createRedis(readEnv(inject('stackEnv'), redisConfig), log)
  await loadDemoCatalog(inject('stackEnv'), () => undefined, { size: 'tiny' })
  keys = await startKeyServer()
  ;[a, b] = await Promise.all([startGateway(gatewayEnv()), startGateway(gatewayEnv())])
  const answer = await fetch(`${a.http}/api/catalog`, { headers: { authorization: `Bearer ${await keys.token()}` } })
  trackId = (await answer.json()).artists[0].albums[0].tracks[0].track_id
})

afterAll(async () => {
  await Promise.all([a?.stop(), b?.stop()])
  await keys?.stop()
  redis?.disconnect()
})

/** Signs in at `gateway` and plays; returns what a resume needs. */
async function playing(gateway: GatewayProcess, claims: Record<string, string> = {}) {
  const player = RawPlayer.connect(gateway.ws)
  await player.hears('hello')
  player.says({
    type: 'authenticate',
    token: await keys.token({ claims }),
    device: { id: 'd', name: 'n', kind: 'web' },
  })
  const ready = await player.hears('ready')
  player.says({ type: 'play', id: 1, track_id: trackId })
  const playback = await player.hears('playback')
  const upNext = await player.hears('up_next')
  return { player, ready, playback, upNext, ticket: ready.ticket, last_seq: playback.seq }
}

interface Place {
  readonly stream_id: string
  readonly position_ms: number
}

async function resumes(gateway: GatewayProcess, ticket: string, last_seq: number, place?: Place) {
  const player = RawPlayer.connect(gateway.ws)
  await player.hears('hello')
  player.says({ type: 'resume', id: 100, ticket, last_seq, ...place })
  return player
}

describe('resume', () => {
  it('U1 goes on with another gateway, and gives what was missed, in order, then what is live', async () => {
    const { player, ticket, playback, last_seq } = await playing(a)
    // The answers to these go to a socket that breaks before they are read.
    player.says({ type: 'pause', id: 2, stream_id: player.streamId, position_ms: 0 })
    player.says({ type: 'play', id: 3, stream_id: player.streamId })
    await player.hears('playback')
    await player.hears('playback')
    player.hangUp()

    const back = await resumes(b, ticket, last_seq)
    const resumed = await back.hears('resumed')
    expect(resumed).toMatchObject({ re: 100, recovered: true, seq: last_seq + 2, last_request: 3 })
    expect(await back.hears('playback')).toMatchObject({ seq: last_seq + 1, re: 2, status: 'paused' })
    expect(await back.hears('playback')).toMatchObject({ seq: last_seq + 2, re: 3, status: 'playing' })
    back.says({ type: 'pause', id: 4, stream_id: back.streamId, position_ms: 0 })
    expect(await back.hears('playback')).toMatchObject({
      seq: last_seq + 3,
      re: 4,
      status: 'paused',
      stream_id: playback.stream_id,
    })
    back.hangUp()
  })

  it('U1 does a request once, however often it is asked', async () => {
    const { player, ticket, last_seq } = await playing(a)
    player.says({ type: 'pause', id: 2, stream_id: player.streamId, position_ms: 0 })
    await player.hears('playback')
    player.hangUp()
    const back = await resumes(b, ticket, last_seq)
    expect(await back.hears('playback')).toMatchObject({ re: 2, status: 'paused' })
    back.says({ type: 'pause', id: 2, stream_id: back.streamId, position_ms: 0 })
    back.says({ type: 'play', id: 3, stream_id: back.streamId })
    expect(await back.hears('playback')).toMatchObject({ re: 3, seq: last_seq + 2 })
    back.hangUp()
  })

  it('U2 says that it is not whole, with the state as it is, when the messages are no longer known', async () => {
    const { player, ticket, playback } = await playing(a)
    for (let id = 2; id < 62; id++)
      player.says({ type: 'seek', id, stream_id: player.streamId, from_ms: 0, position_ms: 0 })
    for (let id = 2; id < 62; id++) await player.hears('playback')
    player.hangUp()
    const back = await resumes(b, ticket, 1)
    expect(await back.hears('resumed')).toMatchObject({
      recovered: false,
      last_request: 61,
      state: { playback: { status: 'playing', stream_id: playback.stream_id, track: { track_id: trackId } } },
    })
    back.hangUp()
  })

  it('U3 gives a new ticket each time, and takes the old one no more once the new one has spoken', async () => {
    const { player, ticket, last_seq } = await playing(a)
    player.hangUp()
    let newest = ticket
    for (const gateway of [b, a, b]) {
      const back = await resumes(gateway, newest, last_seq)
      newest = (await back.hears('resumed')).ticket
      back.says({ type: 'heartbeat', sent_at_ms: 1 })
      await back.hears('heartbeat_ack')
      back.hangUp()
      await wait(50)
    }
    expect(await (await resumes(a, ticket, last_seq)).closes()).toBe(4009)
  })

  it('U3 closes the socket that spoke before with a code of its own, at this gateway and at another', async () => {
    for (const other of [a, b]) {
      const { player, ticket, last_seq } = await playing(a)
      const back = await resumes(other, ticket, last_seq)
      await back.hears('resumed')
      back.streamId = player.streamId
      expect(await player.closes()).toBe(4510)
      // What the old one did at its end has not touched the session.
      back.says({ type: 'pause', id: 2, stream_id: back.streamId, position_ms: 0 })
      expect(await back.hears('playback')).toMatchObject({ re: 2, status: 'paused' })
      back.hangUp()
    }
  })

  it('U3 refuses a ticket that is not ours, for another session, or from the future', async () => {
    const { player, ticket } = await playing(a)
    const other = await playing(a)
    const [version, , epoch, signature] = ticket.split('.')
    const forged = [
      'nonsense',
      `${version}.${other.ready.session_id}.${epoch}.${signature}`,
      ticket.replace('.1.', '.2.'),
      `${ticket.slice(0, -2)}AA`,
    ]
    for (const wrong of forged) expect(await (await resumes(a, wrong, 0)).closes()).toBe(4008)
    player.hangUp()
    other.player.hangUp()
  })

  it('U3 a stolen ticket that was superseded opens nothing, and leaves the session to its owner', async () => {
    const { player, ready, ticket: stolen, last_seq } = await playing(a)
    player.hangUp()
    const owner = await resumes(b, stolen, last_seq)
    const { ticket } = await owner.hears('resumed')
    owner.streamId = player.streamId
    owner.says({ type: 'pause', id: 2, stream_id: owner.streamId, position_ms: 0 })
    const { seq } = await owner.hears('playback')
    for (const gateway of [a, b]) {
      const thief = await resumes(gateway, stolen, 0)
      expect(await thief.closes()).toBe(4009)
    }
    // Nothing of it reached the session: it goes on where its owner left it, over the same socket and by the newest ticket.
    owner.says({ type: 'play', id: 3, stream_id: owner.streamId })
    expect(await owner.hears('playback')).toMatchObject({ re: 3, seq: seq + 1, status: 'playing' })
    owner.hangUp()
    const back = await resumes(a, ticket, seq + 1)
    expect(await back.hears('resumed')).toMatchObject({ session_id: ready.session_id, recovered: true })
    back.hangUp()
  })

  it('U3 another account comes to no session with the ticket of its own', async () => {
    const mine = await playing(a)
    const other = await playing(b, { sub: 'acct-stranger' })
    other.player.hangUp()
    const back = await resumes(a, other.ticket, other.last_seq)
    const resumed = await back.hears('resumed')
    expect(resumed.session_id).toBe(other.ready.session_id)
    // What it does there is its own session's, and a request about my stream finds none.
    const stream_id = mine.playback.stream_id ?? ''
    back.says({ type: 'credit', stream_id, bitrate_kbps: 96, next_chunk: 0, chunks: 3 })
    expect(await back.hears('error')).toMatchObject({ name: 'wrong_stream' })
    mine.player.says({ type: 'pause', id: 2, stream_id: mine.player.streamId, position_ms: 0 })
    expect(await mine.player.hears('playback')).toMatchObject({ re: 2, status: 'paused', stream_id })
    back.hangUp()
    mine.player.hangUp()
  })

  it('U4 says that the session is gone, and takes a sign-in on the same socket', async () => {
    const { player, ticket, last_seq } = await playing(a)
    player.says({ type: 'stop', id: 2, stream_id: player.streamId, position_ms: 0, reason: 'stopped' })
    await player.hears('playback')
    player.hangUp()
    const short = await startGateway({ ...gatewayEnv(), SEGUE_RESUME_WITHIN_MS: '1000' })
    const back = await resumes(short, ticket, last_seq)
    const { ticket: shortLived } = await back.hears('resumed')
    back.hangUp()
    await wait(4_000)
    const late = await resumes(short, shortLived, last_seq)
    expect(await late.hears('error')).toMatchObject({ re: 100, name: 'session_gone', retriable: false })
    late.says({ type: 'authenticate', token: await keys.token(), device: { id: 'd', name: 'n', kind: 'web' } })
    await late.hears('ready')
    late.hangUp()
    await short.stop()
  })

  it('U5 M1 counts what was heard while the socket was gone, over what was granted', async () => {
    const { player, ready, ticket, playback, last_seq } = await playing(a)
    const stream_id = playback.stream_id ?? ''
    player.says({ type: 'credit', stream_id, bitrate_kbps: 96, next_chunk: 0, chunks: 5 })
    await player.hears('grant')
    player.hangUp()
    await wait(1_000)
    const back = await resumes(b, ticket, last_seq, { stream_id, position_ms: 900 })
    await back.hears('resumed')
    back.says({ type: 'seek', id: 2, stream_id, from_ms: 900, position_ms: 40_000 })
    expect(await back.hears('playback')).toMatchObject({ status: 'playing', stream_id, position_ms: 40_000 })
    const saved = await createSessionStore(redis, { gatewayId: 'test', waitMs: 0 }).look(ready.session_id)
    const { session } = plainMsgpack.unpack(saved ?? new Uint8Array()) as { session: SessionSnapshot }
    expect(lastWill(sessionFrom(session) ?? newSession(LISTENER, DEVICE))).toMatchObject({ ms_played: 900, flags: [] })
    back.hangUp()
  })

  it('U5 K3 grants again what may have been lost with the socket', async () => {
    const { player, ticket, playback, last_seq } = await playing(a)
    const window = { type: 'credit', stream_id: playback.stream_id ?? '', bitrate_kbps: 96, next_chunk: 0 } as const
    const granted = async (to: RawPlayer) => (await to.hears('grant')).chunks.map(({ index }) => index)
    player.says({ ...window, chunks: 3 })
    expect(await granted(player)).toEqual([0, 1, 2])
    player.hangUp()
    const back = await resumes(b, ticket, last_seq)
    await back.hears('resumed')
    back.says({ ...window, chunks: 3 })
    expect(await granted(back)).toEqual([0, 1, 2])
    back.says({ ...window, chunks: 4 })
    expect(await granted(back)).toEqual([3])
    back.hangUp()
  })

  it('U1 D8 a gateway killed outright loses no session', async () => {
    const doomed = await startGateway(gatewayEnv())
    const players = await Promise.all(Array.from({ length: 20 }, () => playing(doomed)))
    await wait(200)
    await doomed.kill('SIGKILL')
    const results = await Promise.all(
      players.map(async ({ ticket, last_seq }) => {
        const back = await resumes(b, ticket, last_seq)
        const { recovered } = await back.hears('resumed')
        back.hangUp()
        return recovered
      }),
    )
    expect(results).toEqual(Array.from({ length: 20 }, () => true))
  })
})

describe('refresh', () => {
  it('S4 takes a fresh token of the same account for the session that goes on', async () => {
    const { player } = await playing(a)
    player.says({ type: 'refresh', id: 9, token: await keys.token({ expiresInS: 3_600 }) })
    const { token_expires_at_ms } = await player.hears('refreshed')
    expect(token_expires_at_ms).toBeGreaterThan(Date.now() + 3_000_000)
    player.says({ type: 'refresh', id: 10, token: await keys.token({ expiresInS: -30 }) })
    expect(await player.closes()).toBe(4006)
  })

  it('S4 does not take the token of another account, good as it is, and the session stays whose it was', async () => {
    const { player, ticket, last_seq } = await playing(a)
    const stranger = { sub: 'acct-stranger', plan: 'family', country: 'JP' }
    player.says({ type: 'refresh', id: 9, token: await keys.token({ claims: stranger, expiresInS: 3_600 }) })
    expect(await player.closes()).toBe(4505)
    // The token itself was good: it signs its own account in.
    const other = RawPlayer.connect(a.ws)
    await other.hears('hello')
    const token = await keys.token({ claims: stranger })
    other.says({ type: 'authenticate', token, device: { id: 'd', name: 'n', kind: 'web' } })
    await other.hears('ready')
    const back = await resumes(b, ticket, last_seq)
    expect(await back.hears('resumed')).toMatchObject({ recovered: true })
    other.hangUp()
    back.hangUp()
  })
})
