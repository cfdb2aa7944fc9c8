/** Owns the test that the records of the gateway say where a player spoke from, and never its address. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { uuidv7 } from '../protocol/ids.ts'
import { epochOf } from './address-hash.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { RawPlayer } from './testing/raw-player.ts'
import { type LogReader, readLog } from './testing/read-log.ts'

const ACCOUNT = `acct-network-${uuidv7(Date.now())}`
let folder: string
let keys: KeyServer
let gateway: GatewayProcess
let log: LogReader

beforeAll(async () => {
  const env = inject('stackEnv')
  folder = await mkdtemp(join(tmpdir(), 'segue-network-'))
  const places = join(folder, 'places.csv')
  const ranges = ['127.0.0.0,127.0.0.255,64500,SE,59.33,18.07,Stockholm', '127.0.2.0,127.0.2.255,,PE,-12.05,-77.04,']
  await writeFile(places, ['first,last,asn,country,lat,lon,city', ...ranges, ''].join('\n'))
  await loadDemoCatalog(env, () => undefined, { size: 'tiny' })
  keys = await startKeyServer()
  const own = { SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl, SEGUE_GEOIP_FILES: places }
  gateway = await startGateway({ ...env, ...own })
  log = readLog(env, ACCOUNT)
})

afterAll(async () => {
  await log?.stop()
  await gateway?.stop()
  await keys?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('T5 T7 start, telemetry and end say network, place and fence, the address only as a hash of the week, and what the player knows of its transport', async () => {
  const answer = await fetch(`${gateway.http}/api/catalog`, {
    headers: { authorization: `Bearer ${await keys.token()}` },
  })
  const track_id = (await answer.json()).artists[0].albums[0].tracks[0].track_id
  const player = RawPlayer.connect(gateway.ws)
  await player.hears('hello')
  const device = { id: 'phone', name: 'Pocket', kind: 'phone' } as const
  player.says({ type: 'authenticate', token: await keys.token({ claims: { sub: ACCOUNT } }), device })
  await player.hears('ready')
  player.says({ type: 'play', id: 1, track_id })
  const { stream_id = '', fence = 0 } = await player.hears('playback')
  expect(fence).toBeGreaterThan(0)
  const at_ms = Date.now()
  const transport = { top_kbps: 320, throughput_kbps: 4_800, starved: false, starting: true } as const
  const event = {
    id: uuidv7(at_ms),
    seq: 1,
    kind: 'started',
    at_ms,
    stream_id,
    position_ms: 0,
    fence,
    ...transport,
  } as const
  player.says({ type: 'telemetry', batch: 1, events: [event] })
  await player.hears('ack')
  player.says({ type: 'stop', id: 2, stream_id: player.streamId, position_ms: 0, reason: 'stopped' })
  await player.hears('playback')
  await expect
    .poll(() => log.records.map(({ type }) => type).sort())
    .toEqual(['stream-ended', 'stream-started', 'telemetry'])
  expect(log.bytes.filter((bytes) => bytes.includes('127.0.0.1'))).toEqual([])
  const [first] = log.records
  for (const record of log.records) {
    expect(record.network).toEqual({
      epoch: epochOf(at_ms),
      address_hash: expect.stringMatching(/^[0-9a-f]{32}$/),
      family: 4,
      asn: 64500,
      place: { country: 'SE', lat: 59.33, lon: 18.07 },
    })
    expect(record.network?.address_hash).toBe(first?.network?.address_hash)
    expect(record.type === 'telemetry' ? record.events[0]?.fence : record.fence).toBe(fence)
    if (record.type === 'telemetry') expect(record.events, 'T5').toEqual([event])
  }
})

test('A9 a device is shown in the city of its address, wherever it comes back, or else in the country of its token', async () => {
  const token = await keys.token({ claims: { sub: `acct-${uuidv7(Date.now())}`, country: 'DE' } })
  const signIn = async (id: string, localAddress: string) => {
    const player = RawPlayer.connect(gateway.ws, 'json', localAddress)
    await player.hears('hello')
    player.says({ type: 'authenticate', token, device: { id, name: id, kind: 'phone' } })
    return { player, ...(await player.hears('ready')) }
  }
  const shown = async (player: RawPlayer, count: number) => {
    for (;;) {
      const { devices } = await player.hears('devices')
      if (devices.length === count) return Object.fromEntries(devices.map(({ device_id, place }) => [device_id, place]))
    }
  }
  const home = await signIn('home', '127.0.0.1')
  expect(await shown(home.player, 1)).toEqual({ home: 'Stockholm, SE' })
  const away = await signIn('away', '127.0.1.1')
  expect(await shown(home.player, 2)).toEqual({ home: 'Stockholm, SE', away: 'DE' })
  // The same session, from elsewhere.
  away.player.hangUp()
  const later = RawPlayer.connect(gateway.ws, 'json', '127.0.2.1')
  await later.hears('hello')
  later.says({ type: 'resume', id: 1, ticket: away.ticket, last_seq: 0 })
  await later.hears('resumed')
  expect(await shown(home.player, 2)).toEqual({ home: 'Stockholm, SE', away: 'PE' })
})
