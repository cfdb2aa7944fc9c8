import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import WebSocket from 'ws'
import { type GatewayProcess, startGateway } from '../../gateway/testing/gateway-process.ts'
import { loadDemoCatalog } from '../../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../../infra/issuer/key-server.ts'
import { type Client, type ClientOptions, connect, type Devices, type Playback, type UpNext } from './index.ts'

let keys: KeyServer
let a: GatewayProcess
let b: GatewayProcess
let trackId: string
let account: string
let clients: Client[] = []

/** Also what a gateway may not have heard of a session, and yet move what it plays. */
const RESUME_WITHIN_MS = '5000'
const FORGOTTEN_MS = 6_000

const gatewayEnv = () => ({
  ...inject('stackEnv'),
  SEGUE_ISSUER_URL: keys.issuer,
  SEGUE_JWKS_URL: keys.jwksUrl,
  SEGUE_HEARTBEAT_INTERVAL_MS: '2000',
  SEGUE_LEASE_MS: '6000',
  SEGUE_RESUME_WITHIN_MS: RESUME_WITHIN_MS,
  SEGUE_STREAM_DENY_PLANS: 'free',
})

beforeAll(async () => {
  await loadDemoCatalog(inject('stackEnv'), () => undefined, { size: 'tiny' })
  keys = await startKeyServer()
  ;[a, b] = await Promise.all([startGateway(gatewayEnv()), startGateway(gatewayEnv())])
  const answer = await fetch(`${a.http}/api/catalog`, { headers: { authorization: `Bearer ${await keys.token()}` } })
  trackId = (await answer.json()).artists[0].albums[0].tracks[0].track_id
})

afterEach(() => {
  for (const client of clients) client.close()
  clients = []
})

afterAll(async () => {
  await Promise.all([a?.stop(), b?.stop()])
  await keys?.stop()
})

const phone = { id: 'phone', name: 'Pocket', kind: 'phone' } as const
const tv = { id: 'tv', name: 'Living room', kind: 'tv' } as const

/** A client of the account, and all it was told. */
interface Told {
  readonly sdk: Client
  readonly playback: Playback[]
  readonly devices: Devices[]
  readonly upNext: UpNext[]
}

async function open(gateway: GatewayProcess, changes: Partial<ClientOptions> & { plan?: string }): Promise<Told> {
  const { plan = 'individual', ...options } = changes
  const sdk = connect({
    url: gateway.ws,
    token: () => keys.token({ claims: { sub: account, plan } }),
    device: phone,
    webSocket: WebSocket,
    ...options,
  })
  clients.push(sdk)
  const told: Told = { sdk, playback: [], devices: [], upNext: [] }
  sdk.on('playback', (message) => told.playback.push(message))
  sdk.on('devices', (message) => told.devices.push(message))
  sdk.on('up_next', (message) => told.upNext.push(message))
  await soon(() => sdk.state).toBe('connected')
  return told
}

const soon: typeof expect.poll = (look, options) => expect.poll(look, { interval: 20, ...options })
const listIn = (text: string): Devices | undefined => {
  const message = JSON.parse(text) as { type: string }
  return message.type === 'devices' ? (message as Devices) : undefined
}
const named = ({ id, name, kind }: ClientOptions['device']) => ({ device_id: id, name, kind })
const seen = ({ devices }: Told, id: string) =>
  devices.at(-1)?.devices.find(({ device_id, status }) => device_id === id && status !== 'stopped')

describe('the SDK among the devices of an account', () => {
  it('A1 A7 is told who took over, and takes it back with its position and what plays next', async () => {
    account = `acct-${randomUUID()}`
    const one = await open(a, { position: () => ({ position_ms: 30_000, buffer_ms: 0 }) })
    const first = await one.sdk.play({ track_id: trackId, position_ms: 30_000 })
    await soon(() => one.upNext.length).toBeGreaterThan(0)
    const two = await open(b, { device: tv })
    await soon(() => seen(two, 'phone')).toMatchObject({
      status: 'playing',
      fence: first.fence,
      yours: true,
      you: false,
    })

    await two.sdk.transfer({ device_id: 'phone', fence: first.fence ?? 0 }, 'tv')
    await soon(() => one.playback.at(-1)).toMatchObject({ status: 'stopped', reason: 'evicted', by: named(tv) })
    expect(one.sdk.playback).toBe(undefined)
    await soon(() => two.sdk.playback?.status).toBe('playing')
    expect(two.sdk.playback?.track?.track_id).toBe(trackId)
    expect(two.sdk.playback?.position_ms).toBeGreaterThanOrEqual(30_000)
    expect(two.sdk.playback?.position_ms).toBeLessThan(32_000 + (two.sdk.playback?.at_ms ?? 0) - first.at_ms)
    await soon(() => two.upNext.length).toBeGreaterThan(0)
    // As the phone was told at some time: more may follow, when more is known.
    await soon(() => one.upNext.map(({ tracks }) => tracks)).toContainEqual(two.upNext[0]?.tracks)

    const fence = two.sdk.playback?.fence ?? 0
    expect(fence).toBeGreaterThan(first.fence ?? 0)
    // Asked by what was known before it moved: nothing moves.
    await expect(one.sdk.transfer({ device_id: 'tv', fence: first.fence ?? 0 }, 'phone')).rejects.toMatchObject({
      code: 'stale_fence',
    })
    await soon(() => seen(one, 'tv')?.fence).toBe(fence)
    await one.sdk.transfer({ device_id: 'tv', fence }, 'phone')
    await soon(() => one.sdk.playback?.status).toBe('playing')
    await soon(() => two.playback.at(-1)).toMatchObject({ status: 'stopped', by: named(phone) })
  })

  it('A3 A7 two sessions of one device, as two tabs have it: the later one takes the stream, either takes it back', async () => {
    account = `acct-${randomUUID()}`
    const one = await open(a, {})
    const two = await open(b, {})
    const first = await one.sdk.play({ track_id: trackId })
    await two.sdk.play({ track_id: trackId })
    await soon(() => one.playback.at(-1)).toMatchObject({ status: 'stopped', reason: 'evicted', by: named(phone) })
    const fence = two.sdk.playback?.fence ?? 0
    expect(fence).toBeGreaterThan(first.fence ?? 0)
    await soon(() => seen(one, 'phone')).toMatchObject({ fence, you: true })
    await one.sdk.transfer({ device_id: 'phone', fence }, 'phone')
    await soon(() => one.sdk.playback?.status).toBe('playing')
    await soon(() => two.playback.at(-1)).toMatchObject({ status: 'stopped', reason: 'evicted' })
  })

  it('A6 is asked by another device, and shows at once how loud it is', async () => {
    account = `acct-${randomUUID()}`
    let volume = 80
    const one = await open(a, { volume: () => volume })
    const two = await open(b, { device: tv })
    const asked: unknown[] = []
    one.sdk.on('commanded', ({ by, action, volume_percent }) => {
      asked.push({ by, action, volume_percent })
      volume = volume_percent ?? volume
      one.sdk.show()
    })
    await soon(() => two.devices.at(-1)?.devices.length).toBe(2)
    await two.sdk.command('phone', { action: 'volume', volume_percent: 35 })
    await soon(() => asked).toEqual([{ by: named(tv), action: 'volume', volume_percent: 35 }])
    await soon(() => two.devices.at(-1)?.devices.map(({ volume_percent }) => volume_percent)).toContain(35)
    await expect(two.sdk.command('nowhere', { action: 'pause' })).rejects.toMatchObject({ code: 'device_away' })
  })

  it('A10 is renamed for all of the account to see at once, and signs in anew by that name', async () => {
    account = `acct-${randomUUID()}`
    const port = Number(new URL(a.http).port)
    const one = await open(a, {})
    const two = await open(b, { device: tv })
    const namesSeen = () =>
      two.devices
        .at(-1)
        ?.devices.map(({ name }) => name)
        .sort()
    await soon(namesSeen).toEqual(['Living room', 'Pocket'])
    await expect(one.sdk.rename(' ')).rejects.toMatchObject({ code: 'invalid_message' })
    await one.sdk.rename('Kitchen')
    await soon(namesSeen).toEqual(['Kitchen', 'Living room'])
    const sessions = new Set<string>()
    one.sdk.on('ready', ({ session_id }) => sessions.add(session_id))
    await a.kill('SIGKILL')
    await wait(FORGOTTEN_MS)
    a = await startGateway(gatewayEnv(), port)
    await soon(() => sessions.size).toBe(1)
    await soon(() => one.devices.at(-1)?.devices.find(({ you }) => you)?.name).toBe('Kitchen')
    await soon(namesSeen).toEqual(['Kitchen', 'Living room'])
  })

  it('A2 is denied with the conflicts, and plays instead of the one the listener picks', async () => {
    account = `acct-${randomUUID()}`
    const one = await open(a, { plan: 'free' })
    const two = await open(b, { plan: 'free', device: tv })
    await one.sdk.play({ track_id: trackId })
    await expect(two.sdk.play({ track_id: trackId })).rejects.toMatchObject({
      code: 'stream_limit',
      retriable: false,
      conflicts: [{ ...named(phone), place: 'DE', since_ms: expect.any(Number) }],
    })
    const playback = await two.sdk.play({ track_id: trackId, instead_of_device_id: 'phone' })
    expect(playback.status).toBe('playing')
    await soon(() => one.playback.at(-1)).toMatchObject({ status: 'stopped', reason: 'evicted', by: named(tv) })
  })

  it('A6 never goes back to an older list of devices that comes late', async () => {
    account = `acct-${randomUUID()}`
    const late: Devices[] = []
    /** A line on which the first list arrives after a later one. */
    class LateLine extends WebSocket {
      override emit(event: string | symbol, ...args: unknown[]): boolean {
        const list = event === 'message' ? listIn(String(args[0])) : undefined
        if (list === undefined) return super.emit(event, ...args)
        late.push(list)
        if (list.revision === late[0]?.revision) return true
        const wasHeard = super.emit(event, ...args)
        return super.emit('message', Buffer.from(JSON.stringify(late[0])), false) && wasHeard
      }
    }
    const one = await open(a, { encoding: 'json', webSocket: LateLine })
    await soon(() => late.length).toBeGreaterThan(0)
    await open(b, { device: tv })
    await soon(() => one.devices.length).toBeGreaterThan(0)
    await wait(200)
    expect(one.devices.every(({ revision }) => revision > (late[0]?.revision ?? 0))).toBe(true)
    expect(one.devices.at(-1)?.devices).toHaveLength(2)
  })

  it('A4 does not take the stream back after its session was lost and another device plays', async () => {
    account = `acct-${randomUUID()}`
    const port = Number(new URL(a.http).port)
    const one = await open(a, { position: () => ({ position_ms: 3_000, buffer_ms: 0 }) })
    const two = await open(b, { device: tv })
    await one.sdk.play({ track_id: trackId })
    await a.kill('SIGKILL')
    await two.sdk.play({ track_id: trackId })
    await wait(FORGOTTEN_MS)
    a = await startGateway(gatewayEnv(), port)
    await soon(() => one.sdk.state).toBe('connected')
    await soon(() => one.playback.at(-1)).toMatchObject({ status: 'stopped', reason: 'evicted', by: named(tv) })
    const heard = one.playback.length
    await wait(2_000)
    expect(one.playback).toHaveLength(heard)
    expect(one.sdk.playback).toBe(undefined)
    expect(two.sdk.playback?.status).toBe('playing')
    expect(two.playback).toHaveLength(1)
  })
})
