/** Owns the test of plays without a connection, on real servers: from the SDK's store to what the books know of them. */

import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import WebSocket from 'ws'
import { type GatewayProcess, startGateway } from '../gateway/testing/gateway-process.ts'
import { createClickHouse } from '../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../infra/clickhouse/config.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { createPool, type Pool } from '../infra/postgres/client.ts'
import { postgresConfig } from '../infra/postgres/config.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { type Client, type ClientOptions, connect } from '../protocol/client/index.ts'
import { fileEventStore } from '../protocol/client/node/index.ts'
import { uuidv7 } from '../protocol/ids.ts'
import { knownNetworks } from '../workers/sharing/detector/networks.ts'
import { type Watched, watchedFrom } from '../workers/sharing/live/watched.ts'
import { startWorkers, type WorkerProcess } from '../workers/testing/worker-process.ts'

const DAY_MS = 86_400_000
const ACCOUNT = `acct-${randomUUID()}`
const env = inject('stackEnv')
let folder: string
let keys: KeyServer
let gateway: GatewayProcess
let workers: WorkerProcess
let pool: Pool
let client: Client | undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-offline-'))
  const places = join(folder, 'places.csv')
  await writeFile(places, 'first,last,asn,country,lat,lon\n127.0.0.0,127.0.0.255,64500,SE,59.33,18.07\n')
  keys = await startKeyServer()
  const own = { SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl, SEGUE_GEOIP_FILES: places }
  gateway = await startGateway({ ...env, ...own })
  workers = await startWorkers({ ...env, SEGUE_SHARING_CHECKPOINT_MS: '200' }, ['ingest', 'sharing'])
  pool = createPool(readEnv(env, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' })
})

afterAll(async () => {
  await client?.close()
  await workers?.kill('SIGTERM')
  await gateway?.stop()
  await keys?.stop()
  await pool?.end()
  await rm(folder, { recursive: true, force: true })
})

const open = (changes: Partial<ClientOptions>): Client =>
  connect({
    url: gateway.ws,
    token: () => keys.token({ claims: { sub: ACCOUNT } }),
    device: { id: 'phone', name: 'Pocket', kind: 'phone' },
    webSocket: WebSocket,
    store: fileEventStore({ folder: join(folder, 'events') }),
    ...changes,
  })

async function rows() {
  const clickhouse = createClickHouse(readEnv(env, clickhouseConfig))
  const found = await clickhouse.query({
    query: `SELECT offline, kind, toUnixTimestamp64Milli(event_time) AS at, toString(stream_id) AS play FROM playback_events
      WHERE account_id = {account:String} ORDER BY seq`,
    query_params: { account: ACCOUNT },
    format: 'JSONEachRow',
  })
  const all = await found.json<{ offline: boolean; kind: string; at: string; play: string }>()
  await clickhouse.close()
  return all.map(({ at, ...row }) => ({ ...row, at: Number(at) }))
}

async function watched(): Promise<Watched | undefined> {
  const { rows } = await pool.query<{ state: Buffer }>('SELECT state FROM sharing_states WHERE account = $1', [ACCOUNT])
  return rows[0] === undefined ? undefined : watchedFrom(ACCOUNT, rows[0].state, knownNetworks)
}

test('T6 what was played without a connection, in a process that is gone, is known by its time, and nowhere', async () => {
  const offline = open({ url: 'ws://127.0.0.1:9/ws', account: ACCOUNT })
  const play = uuidv7(Date.now() - 3 * DAY_MS)
  const daysAgo = [3, 3, 2]
  for (const ago of daysAgo) {
    const at_ms = Date.now() - ago * DAY_MS
    offline.report('position', { offline: true, stream_id: play, position_ms: 1_000, at_ms })
  }
  expect(offline.pendingEvents).toBe(daysAgo.length)
  await offline.close()

  client = open({})
  const acked: unknown[] = []
  client.on('acked', ({ events }) => acked.push(...events))
  await expect.poll(() => acked.length).toBe(daysAgo.length)
  await expect.poll(async () => (await rows()).length, { interval: 500 }).toBe(daysAgo.length)
  for (const [index, row] of (await rows()).entries()) {
    expect(row).toMatchObject({ offline: true, kind: 'position', play })
    expect(Math.abs(row.at - (Date.now() - (daysAgo[index] ?? 0) * DAY_MS))).toBeLessThan(DAY_MS / 4)
  }
  await expect.poll(watched, { interval: 500 }).toBeDefined()
  const { account } = (await watched()) ?? fail()
  const phone = account.devices.get('phone')
  // Two days one after the other, the later one the newest that is known of the account.
  expect(phone).toMatchObject({ kind: 'phone', offlineDays: 0b11, stays: [], playing: false })
  expect([account.areas, [...account.addresses.keys()]]).toEqual([[], []])
  expect(account.overuse).toMatchObject({ days: 0, minutes: 0 })

  // What it reports of this evening, here, has a place as ever.
  client.report('position', { stream_id: uuidv7(Date.now()), position_ms: 2_000 })
  await expect
    .poll(async () => (await watched())?.account.areas.map(({ country }) => country), {
      interval: 500,
    })
    .toEqual(['SE'])
  const later = ((await watched()) ?? fail()).account.devices.get('phone')
  // By the clock of the place, which is known only now, another day may have begun.
  expect([0b1100, 0b11000]).toContain(later?.offlineDays)
}, 600_000)

function fail(): never {
  throw new Error('the account is not known')
}
