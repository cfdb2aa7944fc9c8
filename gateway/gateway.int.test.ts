import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import WebSocket from 'ws'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { minioConfig } from '../infra/minio/config.ts'
import { createPool } from '../infra/postgres/client.ts'
import { postgresConfig } from '../infra/postgres/config.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { CLOSE_CODES } from '../protocol/close-codes.ts'
import { uuidv7 } from '../protocol/ids.ts'
import type { TelemetryEvent } from '../protocol/telemetry-event.ts'
import { createSigner } from './signer.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { RawPlayer } from './testing/raw-player.ts'

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
    SEGUE_AUTHENTICATE_WITHIN_MS: '1500',
    SEGUE_HEARTBEAT_INTERVAL_MS: '1500',
  })
  const catalog = await api('/api/catalog')
  trackId = catalog.body.artists[0].albums[0].tracks[0].track_id
})

afterAll(async () => {
  await gateway?.stop()
  await keys?.stop()
})

async function api(path: string, token?: string) {
  const response = await fetch(`${gateway.http}${path}`, {
    headers: { authorization: `Bearer ${token ?? (await keys.token())}` },
  })
  return { status: response.status, body: await response.json() }
}

const unsigned = (payload: object, header: object) =>
  `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.`

const eventAt = (at_ms: number): TelemetryEvent => ({
  id: uuidv7(at_ms),
  seq: 1,
  kind: 'position',
  at_ms,
  stream_id: uuidv7(at_ms),
  position_ms: 0,
})

const signIn = async () => RawPlayer.ready(gateway.ws, await keys.token())

describe('sign-in', () => {
  it.each(['msgpack', 'json'] as const)('S1 says hello, then ready: %s', async (encoding) => {
    const player = RawPlayer.connect(gateway.ws, encoding)
    expect(await player.hears('hello')).toMatchObject({ version: 1, heartbeat_interval_ms: 1_500 })
    player.says({
      type: 'authenticate',
      token: await keys.token(),
      device: { id: 'd', name: 'Kitchen', kind: 'speaker' },
    })
    expect(await player.hears('ready')).toMatchObject({
      account: { id: 'acct-ada', name: 'Ada', plan: 'individual', country: 'DE' },
    })
    player.hangUp()
  })

  const claims = () => ({ iss: keys.issuer, aud: 'segue-gateway', sub: 'x', exp: Date.now() / 1000 + 60 })
  const hs256 = () => {
    const body = unsigned(claims(), { alg: 'HS256', kid: 'key-1' }).slice(0, -1)
    return `${body}.${createHmac('sha256', 'guess').update(body).digest('base64url')}`
  }
  const byPublicKey = async () => {
    const body = unsigned(claims(), { alg: 'HS256', kid: 'key-1', typ: 'at+jwt' }).slice(0, -1)
    const [key] = ((await (await fetch(keys.jwksUrl)).json()) as { keys: JsonWebKey[] }).keys
    const pem = createPublicKey({ key: key ?? {}, format: 'jwk' }).export({ format: 'pem', type: 'spki' })
    return `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`
  }
  const BAD_TOKENS: readonly (readonly [string, () => Promise<string> | string, keyof typeof CLOSE_CODES])[] = [
    ['not a JWT', () => 'nonsense', 'token_malformed'],
    ['alg none', () => unsigned(claims(), { alg: 'none' }), 'token_algorithm'],
    ['signed by a shared secret', hs256, 'token_algorithm'],
    ['signed by the public key as a shared secret', byPublicKey, 'token_algorithm'],
    ['an id token, by the type of its header', () => keys.token({ type: 'JWT' }), 'token_claims'],
    ['the word of a logout', () => keys.token({ type: 'logout+jwt' }), 'token_claims'],
    ['not yet valid', () => keys.token({ claims: { nbf: Date.now() / 1000 + 60 } }), 'token_claims'],
    ['signed by another key', () => keys.token({ foreignKey: true }), 'token_signature'],
    ['altered', async () => (await keys.token()).replace(/\.(...)/, '.e30'), 'token_signature'],
    ['of another issuer', () => keys.token({ issuer: 'http://elsewhere' }), 'token_issuer'],
    ['for another audience', () => keys.token({ audience: 'someone-else' }), 'token_audience'],
    ['expired', () => keys.token({ expiresInS: -30 }), 'token_expired'],
    ['without a plan', () => keys.token({ claims: { plan: 'platinum' } }), 'token_claims'],
    ['without a country', () => keys.token({ claims: { country: 'Germany' } }), 'token_claims'],
  ]
  it.each(BAD_TOKENS)('S2 refuses a token that is %s', async (_name, token, close) => {
    const player = RawPlayer.connect(gateway.ws)
    await player.hears('hello')
    player.says({ type: 'authenticate', token: await token(), device: { id: 'd', name: 'n', kind: 'web' } })
    expect(await player.closes()).toBe(CLOSE_CODES[close].code)
  })

  it('S2 takes a rotated key without a restart', async () => {
    await (await signIn()).hangUp()
    await keys.rotate()
    // The issuer was asked a moment ago: whoever comes by the new key waits until it may be asked again, and is let in.
    expect((await api('/api/catalog')).status).toBe(200)
    ;(await signIn()).hangUp()
  })

  it('S1 closes a socket that does not sign in', async () => {
    expect(await RawPlayer.connect(gateway.ws).closes()).toBe(4002)
  })

  it('S3 refuses a message before sign-in, and a second sign-in', async () => {
    const early = RawPlayer.connect(gateway.ws)
    await early.hears('hello')
    early.says({ type: 'play', id: 1, track_id: trackId })
    expect(await early.closes()).toBe(4506)
    const twice = await signIn()
    twice.says({ type: 'authenticate', token: await keys.token(), device: { id: 'd', name: 'n', kind: 'web' } })
    expect(await twice.closes()).toBe(4507)
  })

  it('C1 refuses a subprotocol it does not know, and says which there are', async () => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const socket = new WebSocket(gateway.ws, ['other'])
      socket.on('unexpected-response', (_request, response) => resolve(response)).on('error', reject)
    })
    const body = (await answer.toArray()).join('')
    expect(answer.statusCode).toBe(400)
    expect(body).toContain('segue.v1.msgpack')
  })
})

describe('playback', () => {
  it('P2 refuses an unknown track, and the session goes on', async () => {
    const player = await signIn()
    player.says({ type: 'play', id: 1, track_id: uuidv7(Date.now()) })
    expect(await player.hears('error')).toMatchObject({ re: 1, name: 'unknown_track' })
    player.says({ type: 'play', id: 2, track_id: trackId })
    expect(await player.hears('playback')).toMatchObject({ re: 2, status: 'playing', track: { track_id: trackId } })
    player.hangUp()
  })

  it('P2 refuses a track that was withdrawn, and the open stream goes on', async () => {
    const pool = createPool(readEnv(inject('stackEnv'), (read) => postgresConfig(read, 'admin')).url, {
      applicationName: 'gateway-test',
    })
    const { rows } = await pool.query("SELECT track_id FROM tracks WHERE status = 'available' AND track_id <> $1", [
      trackId,
    ])
    const withdrawn: string = rows[0].track_id
    const player = await signIn()
    player.says({ type: 'play', id: 1, track_id: trackId })
    const { stream_id } = await player.hears('playback')
    try {
      await pool.query("UPDATE tracks SET status = 'withdrawn' WHERE track_id = $1", [withdrawn])
      player.says({ type: 'play', id: 2, track_id: withdrawn })
      expect(await player.hears('error')).toMatchObject({ re: 2, name: 'track_unavailable' })
      player.says({ type: 'pause', id: 3, stream_id: player.streamId, position_ms: 0 })
      expect(await player.hears('playback')).toMatchObject({ re: 3, status: 'paused', stream_id })
    } finally {
      await pool.query("UPDATE tracks SET status = 'available' WHERE track_id = $1", [withdrawn])
      await pool.end()
      player.hangUp()
    }
  })

  it('K2 K3 grants addresses that work as they are and in no other way', async () => {
    const player = await signIn()
    player.says({ type: 'play', id: 1, track_id: trackId })
    const { stream_id = '' } = await player.hears('playback')
    player.says({ type: 'credit', stream_id, bitrate_kbps: 96, next_chunk: 0, chunks: 2 })
    const grant = await player.hears('grant')
    expect(grant.chunks.map(({ index }) => index)).toEqual([0, 1])
    const url = new URL(grant.chunks[0]?.url ?? '')
    const { bucketUrl, accessKey, ...minio } = readEnv(inject('stackEnv'), (read) => {
      const { url: store, bucket, accessKey: key, secretKey, region } = minioConfig(read, 'gateway')
      return { bucketUrl: `${store}/${bucket}`, accessKey: key.reveal(), secretKey, region }
    })
    const signer = createSigner({ bucketUrl, accessKey, ...minio })
    const chunk = await fetch(url)
    expect(chunk.status).toBe(200)
    expect((await chunk.arrayBuffer()).byteLength).toBeGreaterThan(10_000)
    expect((await fetch(grant.init_url ?? '')).status).toBe(200)

    const moved = new URL(url)
    moved.pathname = moved.pathname.replace('00000.m4s', '00001.m4s')
    const longer = new URL(url)
    longer.searchParams.set('X-Amz-Expires', '86400')
    const altered = new URL(url)
    altered.searchParams.set('X-Amz-Signature', 'f'.repeat(64))
    const expired = signer.sign(
      decodeURIComponent(url.pathname.slice('/segue-audio/'.length)),
      60,
      Date.now() - 61_000,
      0,
    )
    const bare = new URL(url.pathname, url)
    for (const wrong of [moved, longer, altered, expired, bare]) expect((await fetch(wrong)).status).toBe(403)
    player.hangUp()
  })

  it('T2 acknowledges a batch', async () => {
    const player = await signIn()
    const event = eventAt(Date.now())
    player.says({ type: 'telemetry', batch: 3, events: [event] })
    expect(await player.hears('ack')).toEqual({ type: 'ack', batch: 3 })
    player.hangUp()
  })

  it('P1 answers requests in their order', async () => {
    const player = await signIn()
    player.says({ type: 'play', id: 1, track_id: trackId })
    const answers = [await player.hears('playback')]
    player.says({ type: 'pause', id: 2, stream_id: player.streamId, position_ms: 0 })
    player.says({ type: 'play', id: 3, stream_id: player.streamId })
    player.says({ type: 'stop', id: 4, stream_id: player.streamId, position_ms: 0, reason: 'stopped' })
    for (let i = 0; i < 3; i++) answers.push(await player.hears('playback'))
    expect(answers.map(({ re, status }) => [re, status])).toEqual([
      [1, 'playing'],
      [2, 'paused'],
      [3, 'playing'],
      [4, 'stopped'],
    ])
    player.hangUp()
  })
})

describe('HTTP', () => {
  it('asks for a token, and for the role that a page needs', async () => {
    expect((await fetch(`${gateway.http}/api/catalog`)).status).toBe(401)
    expect(await api('/api/catalog', 'nonsense')).toMatchObject({
      status: 401,
      body: { error: { name: 'unauthorized' } },
    })
    expect(await api('/api/dashboard')).toMatchObject({ status: 403, body: { error: { name: 'forbidden' } } })
    const analyst = await keys.token({ claims: { roles: ['listener', 'analyst'] } })
    expect((await api('/api/dashboard?minutes=15', analyst)).status).toBe(200)
    expect(await api('/api/dashboard?minutes=x', analyst)).toMatchObject({ status: 400 })
    expect(await api(`/api/artists/${uuidv7(0)}/account`, analyst)).toMatchObject({ status: 404 })
  })

  it('serves the pages with headers that keep them to themselves', async () => {
    for (const path of ['/', '/dashboard']) {
      const page = await fetch(`${gateway.http}${path}`)
      expect(page.status).toBe(200)
      expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
      const again = await fetch(`${gateway.http}${path}`, {
        headers: { 'if-none-match': page.headers.get('etag') ?? '' },
      })
      expect(again.status).toBe(304)
    }
    expect((await fetch(`${gateway.http}/nowhere`)).status).toBe(404)
  })

  it('tells its metrics', async () => {
    const text = await (await fetch(`${gateway.http}/metrics`)).text()
    expect(text).toMatch(/segue_gateway_closes_total\{close="token_expired"\} [1-9]/)
    expect(text).toMatch(/segue_gateway_errors_total\{error="unknown_track"\} [1-9]/)
  })
})
