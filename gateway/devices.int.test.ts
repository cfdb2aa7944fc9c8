import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import type { Authenticate } from '../protocol/messages/authenticate.ts'
import type { Devices } from '../protocol/messages/devices.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { RawPlayer } from './testing/raw-player.ts'

let keys: KeyServer
let a: GatewayProcess
let b: GatewayProcess
let tracks: string[]

const gatewayEnv = (more: Record<string, string> = {}) => ({
  ...inject('stackEnv'),
  SEGUE_ISSUER_URL: keys.issuer,
  SEGUE_JWKS_URL: keys.jwksUrl,
  SEGUE_HEARTBEAT_INTERVAL_MS: '2000',
  SEGUE_LEASE_MS: '6000',
  ...more,
})

beforeAll(async () => {
  await loadDemoCatalog(inject('stackEnv'), () => undefined, { size: 'tiny' })
  keys = await startKeyServer()
  ;[a, b] = await Promise.all([startGateway(gatewayEnv()), startGateway(gatewayEnv())])
  const answer = await fetch(`${a.http}/api/catalog`, { headers: { authorization: `Bearer ${await keys.token()}` } })
  const artists: { albums: { tracks: { track_id: string }[] }[] }[] = (await answer.json()).artists
  tracks = artists.flatMap(({ albums }) => albums.flatMap((album) => album.tracks.map(({ track_id }) => track_id)))
})

afterAll(async () => {
  await Promise.all([a?.stop(), b?.stop()])
  await keys?.stop()
})

const newAccount = () => `acct-${randomUUID()}`

interface Who {
  readonly account: string
  readonly device: Authenticate['device']
  readonly plan?: string
  readonly member?: string
}

const phone = { id: 'phone', name: 'Pocket', kind: 'phone' } as const
const tv = { id: 'tv', name: 'Living room', kind: 'tv' } as const
const web = { id: 'web', name: 'Desk', kind: 'web' } as const

async function signIn(gateway: GatewayProcess, { account, device, plan = 'individual', member }: Who) {
  const claims = { sub: account, plan, ...(member === undefined ? {} : { member }) }
  const player = RawPlayer.connect(gateway.ws)
  await player.hears('hello')
  player.says({ type: 'authenticate', token: await keys.token({ claims }), device })
  const { ticket } = await player.hears('ready')
  return { player, ticket }
}

/** The devices, once they are as `wanted`. */
async function devicesWhen(player: RawPlayer, wanted: (devices: Devices['devices']) => boolean) {
  for (;;) {
    const { devices } = await player.hears('devices')
    if (wanted(devices)) return devices
  }
}

const trackId = (n = 0) => tracks[n] ?? ''
const playing = (id: string) => (devices: Devices['devices']) =>
  devices.some((device) => device.device_id === id && device.status === 'playing')

describe('stream leases at two gateways', () => {
  it('A1 the new device plays; the old one is told who took over, gets nothing more, and its requests are refused', async () => {
    const account = newAccount()
    const { player: one } = await signIn(a, { account, device: phone })
    one.says({ type: 'play', id: 1, track_id: trackId() })
    const first = await one.hears('playback')
    expect(first.fence).toBeGreaterThan(0)
    const streamId = first.stream_id ?? ''
    one.says({ type: 'credit', stream_id: streamId, bitrate_kbps: 160, next_chunk: 0, chunks: 1 })
    const { chunks } = await one.hears('grant')
    expect(new URL(chunks[0]?.url ?? '').searchParams.get('x-segue-fence')).toBe(String(first.fence))
    expect((await fetch(chunks[0]?.url ?? '')).status).toBe(200)

    const { player: two } = await signIn(b, { account, device: tv })
    two.says({ type: 'play', id: 1, track_id: trackId() })
    const second = await two.hears('playback')
    expect(second).toMatchObject({ status: 'playing' })
    expect(second.fence).toBeGreaterThan(first.fence ?? Number.MAX_VALUE)
    expect(await one.hears('playback')).toMatchObject({
      status: 'stopped',
      reason: 'evicted',
      stream_id: streamId,
      by: { device_id: 'tv', name: 'Living room', kind: 'tv' },
    })
    const fence = first.fence ?? 0
    one.says({ type: 'credit', stream_id: streamId, bitrate_kbps: 160, next_chunk: 1, chunks: 1, fence })
    expect(await one.hears('error')).toMatchObject({ name: 'stale_fence' })
    one.says({ type: 'pause', id: 2, stream_id: one.streamId, position_ms: 0, fence })
    expect(await one.hears('error')).toMatchObject({ name: 'stale_fence', re: 2 })
    // Nobody stops the one that plays.
    two.says({ type: 'pause', id: 2, stream_id: two.streamId, position_ms: 0 })
    expect(await two.hears('playback')).toMatchObject({ re: 2, status: 'paused' })
    one.hangUp()
    two.hangUp()
  })

  it('A2 by plan or setting a stream is denied, with the conflicts, and the caller may name the one to stop', async () => {
    const strict = await startGateway(gatewayEnv({ SEGUE_STREAM_DENY_PLANS: 'duo' }))
    try {
      const account = newAccount()
      const who = { account, plan: 'duo', member: 'ada' }
      const { player: one } = await signIn(a, { ...who, device: phone })
      one.says({ type: 'play', id: 1, track_id: trackId() })
      await one.hears('playback')
      const { player: two } = await signIn(strict, { ...who, device: tv })
      two.says({ type: 'play', id: 1, track_id: trackId() })
      const denied = await two.hears('error')
      expect(denied).toMatchObject({ re: 1, name: 'stream_limit', conflicts: [{ ...named(phone), place: 'DE' }] })
      expect(denied.conflicts?.[0]?.since_ms).toBeGreaterThan(Date.now() - 60_000)
      // Another member has a stream of their own.
      const { player: other } = await signIn(strict, { account, plan: 'duo', member: 'ben', device: web })
      other.says({ type: 'play', id: 1, track_id: trackId() })
      expect(await other.hears('playback')).toMatchObject({ status: 'playing' })
      two.says({ type: 'play', id: 2, track_id: trackId(), instead_of_device_id: 'phone' })
      expect(await two.hears('playback')).toMatchObject({ re: 2, status: 'playing' })
      expect(await one.hears('playback')).toMatchObject({ status: 'stopped', reason: 'evicted', by: named(tv) })
      for (const player of [one, two, other]) player.hangUp()
    } finally {
      await strict.stop()
    }
  })

  it('A3 a device that resumes or signs in anew is not counted twice', async () => {
    const strict = await startGateway(gatewayEnv({ SEGUE_STREAM_DENY_PLANS: 'individual' }))
    try {
      const account = newAccount()
      const { player: one, ticket } = await signIn(strict, { account, device: phone })
      one.says({ type: 'play', id: 1, track_id: trackId() })
      const first = await one.hears('playback')
      one.hangUp()
      const again = RawPlayer.connect(a.ws)
      await again.hears('hello')
      again.says({ type: 'resume', id: 2, ticket, last_seq: first.seq })
      expect(await again.hears('resumed')).toMatchObject({ recovered: true })
      again.says({ type: 'heartbeat', sent_at_ms: 1, stream_id: first.stream_id ?? '', position_ms: 0 })
      again.says({ type: 'seek', id: 3, stream_id: one.streamId, from_ms: 0, position_ms: 5_000 })
      expect(await again.hears('playback')).toMatchObject({ re: 3, status: 'playing', fence: first.fence })
      again.hangUp()
      const { player: anew } = await signIn(strict, { account, device: phone })
      anew.says({ type: 'play', id: 1, track_id: trackId() })
      expect(await anew.hears('playback')).toMatchObject({ re: 1, status: 'playing' })
      anew.hangUp()
    } finally {
      await strict.stop()
    }
  })

  it('A4 who comes back after its stream went elsewhere does not take it back by itself', async () => {
    const account = newAccount()
    const { player: one, ticket } = await signIn(a, { account, device: phone })
    one.says({ type: 'play', id: 1, track_id: trackId() })
    const first = await one.hears('playback')
    one.hangUp()
    const { player: two } = await signIn(b, { account, device: tv })
    two.says({ type: 'play', id: 1, track_id: trackId(1) })
    const second = await two.hears('playback')

    // It resumes, and learns what became of its stream; it wishes to go on with it all the same.
    const back = RawPlayer.connect(b.ws)
    await back.hears('hello')
    back.says({ type: 'resume', id: 2, ticket, last_seq: first.seq })
    await back.hears('resumed')
    expect(await back.hears('playback')).toMatchObject({
      status: 'stopped',
      reason: 'evicted',
      stream_id: first.stream_id,
    })
    back.says({ type: 'play', id: 3, track_id: trackId(), position_ms: 2_000, reason: 'reconnect' })
    expect(await back.hears('error')).toMatchObject({ name: 'stream_limit', re: 3, conflicts: [named(tv)] })

    // Nor by a session that it begins anew, as one whose own was gone would.
    back.hangUp()
    const { player: anew } = await signIn(a, { account, device: phone })
    anew.says({ type: 'play', id: 1, track_id: trackId(), position_ms: 2_000, reason: 'reconnect' })
    expect(await anew.hears('error')).toMatchObject({ name: 'stream_limit', re: 1 })

    // The one that plays by now heard nothing of it; and once it plays no more, there is room.
    two.says({ type: 'pause', id: 2, stream_id: two.streamId, position_ms: 0 })
    expect(await two.hears('playback')).toMatchObject({ re: 2, status: 'paused', stream_id: second.stream_id })
    anew.says({ type: 'play', id: 2, track_id: trackId(), position_ms: 2_000, reason: 'reconnect' })
    expect(await anew.hears('playback')).toMatchObject({ re: 2, status: 'playing', position_ms: 2_000 })
    anew.hangUp()
    two.hangUp()
  })
})

describe('the devices of an account', () => {
  it('A6 see each other live, with what they play and where', async () => {
    const account = newAccount()
    const { player: one } = await signIn(a, { account, device: phone })
    expect(await devicesWhen(one, (devices) => devices.length === 1)).toMatchObject([
      { device_id: 'phone', name: 'Pocket', kind: 'phone', status: 'stopped', you: true, yours: true, place: 'DE' },
    ])
    const { player: two } = await signIn(b, { account, device: tv })
    await devicesWhen(one, (devices) => devices.length === 2)
    two.says({ type: 'play', id: 1, track_id: trackId(), position_ms: 2_000 })
    const { fence, at_ms } = await two.hears('playback')
    const seen = (await devicesWhen(one, playing('tv'))).find(({ device_id }) => device_id === 'tv')
    expect(seen).toMatchObject({ position_ms: 2_000, you: false, yours: true, fence, track: { track_id: trackId() } })
    expect(Math.abs((seen?.at_ms ?? 0) - at_ms)).toBeLessThan(1_000)
    two.says({ type: 'heartbeat', sent_at_ms: 1, volume_percent: 30 })
    const louder = await devicesWhen(one, (devices) => devices.some(({ volume_percent }) => volume_percent === 30))
    expect(louder.find(({ device_id }) => device_id === 'tv')?.status).toBe('playing')
    two.signsOut()
    expect(await devicesWhen(one, (devices) => devices.length === 1)).toMatchObject([{ device_id: 'phone' }])
    one.hangUp()
  })

  it('A6 control each other: what is asked arrives at the device, whichever gateway it is at', async () => {
    const account = newAccount()
    const { player: one } = await signIn(a, { account, device: phone })
    const { player: two } = await signIn(b, { account, device: tv })
    await devicesWhen(one, (devices) => devices.length === 2)
    one.says({ type: 'command', id: 1, device_id: 'tv', action: 'volume', volume_percent: 55 })
    expect(await two.hears('commanded')).toMatchObject({ action: 'volume', volume_percent: 55, by: named(phone) })
    expect(await one.hears('done')).toMatchObject({ re: 1 })
    one.says({ type: 'command', id: 2, device_id: 'nobody', action: 'pause' })
    expect(await one.hears('error')).toMatchObject({ re: 2, name: 'device_away' })
    two.says({ type: 'play', id: 1, track_id: trackId() })
    await devicesWhen(one, playing('tv'))
    one.says({ type: 'command', id: 3, device_id: 'tv', action: 'pause', fence: 1 })
    expect(await one.hears('error')).toMatchObject({ re: 3, name: 'stale_fence' })
    // Another member's device is seen, and left alone.
    const { player: other } = await signIn(a, { account, device: web, member: 'ben' })
    await devicesWhen(other, (devices) => devices.length === 3)
    other.says({ type: 'command', id: 1, device_id: 'tv', action: 'pause' })
    expect(await other.hears('error')).toMatchObject({ re: 1, name: 'forbidden' })
    for (const player of [one, two, other]) player.hangUp()
  })

  it('A6 P8 a `seek` or `next` of a stream does not reach a device that plays another one by then', async () => {
    const account = newAccount()
    const { player: one } = await signIn(a, { account, device: phone })
    const { player: two } = await signIn(b, { account, device: tv })
    two.says({ type: 'play', id: 1, track_id: trackId() })
    const first = (await devicesWhen(one, playing('tv'))).find(({ device_id }) => device_id === 'tv')?.stream_id ?? ''
    await two.hears('playback')
    expect(first).toBe(two.streamId)
    two.says({ type: 'play', id: 2, track_id: trackId(1) })
    const { stream_id } = await two.hears('playback')
    const asks = (id: number, stream: { stream_id?: string }) =>
      one.says({ type: 'command', id, device_id: 'tv', action: 'next', ...stream })
    asks(1, {})
    expect(await one.hears('error')).toMatchObject({ re: 1, name: 'invalid_message' })
    asks(2, { stream_id: first })
    expect(await one.hears('done')).toMatchObject({ re: 2 })
    asks(3, { stream_id: stream_id ?? '' })
    expect(await one.hears('done')).toMatchObject({ re: 3 })
    // Of the two that were sent to it, the one that means what it plays.
    expect(await two.hears('commanded')).toMatchObject({ action: 'next', stream_id })
    one.hangUp()
    two.hangUp()
  })

  it.each([
    ['playing', 0],
    ['paused', 1],
  ] as const)('A7 a %s stream goes on on another device, with its position and what plays next', async (status, n) => {
    const account = newAccount()
    const { player: one } = await signIn(a, { account, device: phone })
    one.says({ type: 'play', id: 1, track_id: trackId(n), position_ms: 4_000 })
    const first = await one.hears('playback')
    const upNext = await one.hears('up_next')
    await wait(300)
    one.says({ type: 'seek', id: 2, stream_id: one.streamId, from_ms: 4_300, position_ms: 9_000 })
    await one.hears('playback')
    if (status === 'paused') {
      one.says({ type: 'pause', id: 3, stream_id: one.streamId, position_ms: 9_000 })
      await one.hears('playback')
    }
    const { player: two } = await signIn(b, { account, device: tv })
    const from = (await devicesWhen(two, (devices) => devices.length === 2)).find(
      ({ device_id }) => device_id === 'phone',
    )
    expect(from).toMatchObject({ status, fence: first.fence })
    two.says({ type: 'transfer', id: 1, from_device_id: 'phone', to_device_id: 'tv', fence: from?.fence ?? 0 })
    const moved = await two.hears('playback')
    expect(moved).toMatchObject({ status: 'playing', track: { track_id: trackId(n) } })
    expect(moved.re).toBe(undefined)
    expect(moved.position_ms).toBeGreaterThanOrEqual(9_000)
    expect(moved.position_ms).toBeLessThan(status === 'paused' ? 9_001 : 13_000)
    expect((await two.hears('up_next')).tracks).toEqual(upNext.tracks)
    expect(await one.hears('playback')).toMatchObject({ status: 'stopped', reason: 'evicted', by: named(tv) })

    // What was asked before it moved, and arrives late, undoes nothing.
    one.says({ type: 'transfer', id: 9, from_device_id: 'phone', to_device_id: 'phone', fence: from?.fence ?? 0 })
    one.says({ type: 'heartbeat', sent_at_ms: 1, stream_id: first.stream_id ?? '', position_ms: 9_100 })
    await one.hears('heartbeat_ack')
    await wait(500)
    two.says({ type: 'pause', id: 2, stream_id: first.stream_id ?? '', position_ms: 9_100 })
    expect(await two.hears('error')).toMatchObject({ re: 2, name: 'wrong_stream' })
    two.says({ type: 'pause', id: 3, stream_id: two.streamId, position_ms: moved.position_ms })
    expect(await two.hears('playback')).toMatchObject({ re: 3, status: 'paused', stream_id: moved.stream_id })
    one.hangUp()
    two.hangUp()
  })
})

function named({ id, name, kind }: Authenticate['device']) {
  return { device_id: id, name, kind }
}

describe('what comes late', () => {
  it('A5 A7 a `next` of a device that was away while another took over stops nobody', async () => {
    const account = newAccount()
    const { player: one, ticket } = await signIn(a, { account, device: phone })
    one.says({ type: 'play', id: 1, track_id: trackId(1) })
    const first = await one.hears('playback')
    // Something comes after it, or `next` would stop.
    expect((await one.hears('up_next')).tracks.length).toBeGreaterThan(0)
    one.hangUp()
    const { player: two } = await signIn(b, { account, device: tv })
    two.says({ type: 'play', id: 1, track_id: trackId() })
    const second = await two.hears('playback')
    const again = RawPlayer.connect(a.ws)
    await again.hears('hello')
    // As one says again what it does not know to be answered: at once, with the fence of before.
    again.says({ type: 'resume', id: 3, ticket, last_seq: first.seq })
    await again.hears('resumed')
    again.says({
      type: 'next',
      id: 2,
      stream_id: one.streamId,
      reason: 'completed',
      position_ms: 1_000,
      fence: first.fence ?? 0,
    })
    const heard: string[] = []
    for (;;) {
      const message = await again.hearsAny()
      if (message.type === 'playback') heard.push(message.status)
      if (message.type === 'error') {
        expect(message).toMatchObject({ name: 'stale_fence', re: 2 })
        break
      }
    }
    expect(heard).not.toContain('playing')
    two.says({ type: 'seek', id: 2, stream_id: two.streamId, from_ms: 0, position_ms: 3_000, fence: second.fence ?? 0 })
    expect(await two.hears('playback')).toMatchObject({ re: 2, status: 'playing', fence: second.fence })
    again.hangUp()
    two.hangUp()
  })

  it('A6 nobody stops the device of another member', async () => {
    const account = newAccount()
    const { player: mum } = await signIn(a, { account, plan: 'family', member: 'mum', device: tv })
    mum.says({ type: 'play', id: 1, track_id: trackId() })
    await mum.hears('playback')
    const { player: kid } = await signIn(b, { account, plan: 'family', member: 'kid', device: phone })
    kid.says({ type: 'play', id: 1, track_id: trackId(), instead_of_device_id: 'tv' })
    expect(await kid.hears('error')).toMatchObject({ re: 1, name: 'forbidden' })
    mum.says({ type: 'pause', id: 2, stream_id: mum.streamId, position_ms: 0 })
    expect(await mum.hears('playback')).toMatchObject({ re: 2, status: 'paused' })
    mum.hangUp()
    kid.hangUp()
  })

  it('A7 of two tabs the one that was granted last is what can be moved, though the other came later', async () => {
    const account = newAccount()
    const { player: one } = await signIn(a, { account, device: web })
    one.says({ type: 'play', id: 1, track_id: trackId(), position_ms: 4_000 })
    const { fence = 0 } = await one.hears('playback')
    one.says({ type: 'pause', id: 2, stream_id: one.streamId, position_ms: 4_000 })
    await one.hears('playback')
    const { player: tab } = await signIn(a, { account, device: web })
    const { player: two } = await signIn(b, { account, device: tv })
    const isPaused = ({ device_id, status }: Devices['devices'][number]) => device_id === 'web' && status === 'paused'
    await devicesWhen(two, (devices) => devices.length === 2 && devices.some(isPaused))
    two.says({ type: 'transfer', id: 1, from_device_id: 'web', to_device_id: 'tv', fence })
    expect(await two.hears('playback')).toMatchObject({ status: 'playing', position_ms: 4_000 })
    for (const player of [one, tab, two]) player.hangUp()
  })

  it('A1 a fresh token brings the limits of its plan', async () => {
    const account = newAccount()
    const { player: one } = await signIn(a, { account, plan: 'duo', member: 'ada', device: tv })
    one.says({ type: 'play', id: 1, track_id: trackId() })
    await one.hears('playback')
    const { player: two } = await signIn(a, { account, plan: 'duo', member: 'ben', device: phone })
    two.says({ type: 'refresh', id: 1, token: await keys.token({ claims: { sub: account, plan: 'free' } }) })
    await two.hears('refreshed')
    two.says({ type: 'play', id: 2, track_id: trackId() })
    await two.hears('playback')
    expect(await one.hears('playback')).toMatchObject({ status: 'stopped', reason: 'evicted', by: named(phone) })
    one.hangUp()
    two.hangUp()
  })

  it('A10 a device is renamed while it is connected, at both gateways and in both of its sessions, and refuses a name of nothing', async () => {
    const account = newAccount()
    const { player: one } = await signIn(a, { account, device: phone })
    const { player: tab } = await signIn(b, { account, device: phone })
    const { player: other } = await signIn(b, { account, device: tv })
    await devicesWhen(one, (devices) => devices.length === 2)
    for (const [id, name] of ['', '  ', 'x'.repeat(65)].entries()) {
      one.says({ type: 'rename', id: id + 1, name })
      expect(await one.hears('error')).toMatchObject({ name: 'invalid_message', re: id + 1 })
    }
    const called = (name: string) => (devices: Devices['devices']) => devices.some((device) => device.name === name)
    one.says({ type: 'rename', id: 4, name: 'Kitchen' })
    expect(await one.hears('done')).toMatchObject({ re: 4 })
    for (const player of [other, tab]) await devicesWhen(player, called('Kitchen'))
    // The other session has it too: when this one goes, so does nothing of the name.
    one.signsOut()
    tab.says({ type: 'play', id: 1, track_id: trackId() })
    const playingOn = await devicesWhen(other, playing('phone'))
    expect(playingOn.find(({ device_id }) => device_id === 'phone')).toMatchObject({ name: 'Kitchen' })
  })
})
