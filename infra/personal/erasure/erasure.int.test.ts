/** Owns the test of erasure on servers of its own: what names a listener, and what his players said, is searched as bytes in the files of every server, before and after. */

import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeRecord } from '../../../protocol/events/record-codec.ts'
import { uuidv7 } from '../../../protocol/ids.ts'
import { ended, event, telemetry } from '../../../workers/testing/records.ts'
import { until } from '../../../workers/testing/until.ts'
import { startWorkers, type WorkerProcess } from '../../../workers/testing/worker-process.ts'
import { segueDone } from '../../cli/testing/segue-process.ts'
import { createClickHouse } from '../../clickhouse/client.ts'
import { clickhouseConfig } from '../../clickhouse/config.ts'
import { adminKafkaConfig } from '../../kafka/config.ts'
import { createPlaybackLog, type PlaybackLog } from '../../kafka/producer.ts'
import { verifyAudit } from '../../postgres/audit/verify.ts'
import { createPool } from '../../postgres/client.ts'
import { postgresConfig } from '../../postgres/config.ts'
import { speakAs } from '../../postgres/speak-as.ts'
import { ADA, BEN, insertTwoListeners, type Listener, playlistOf } from '../../postgres/testing/two-listeners.ts'
import { createAccountStore } from '../../redis/account-store.ts'
import { createAdPlaces } from '../../redis/ad-places.ts'
import { createRedis } from '../../redis/client.ts'
import { redisConfig } from '../../redis/config.ts'
import { createSessionStore } from '../../redis/session-store.ts'
import { readEnv } from '../../runtime/env.ts'
import { createLogger } from '../../runtime/log.ts'
import { startOwnStack } from '../../stack/own-stack.ts'
import type { Stack } from '../../stack/stack.ts'
import { masterKeysConfig } from '../config.ts'
import { createListenerVault, type ListenerVault } from '../listener-vault.ts'
import { createLocalMasterKeys } from '../local-master-keys.ts'
import type { Stores } from './erasure.ts'
import { LISTENER_TABLES } from './listener-tables.ts'

const CANARY = {
  name: 'Canary Kestrel 7f3a',
  email: 'kestrel7f3a@example.com',
  device: 'canary-device-7f3a',
  place: 'Canarytown7f3a',
}
const NAMES = [CANARY.name, CANARY.email]
/** Parts that were written anew go within a quarter of an hour, else: whoever looks for them sleeps the longer the less he finds. */
const FORGETS_SOON =
  'old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1'
const SERVERS = ['postgres', 'kafka', 'clickhouse', 'redis', 'minio'] as const

let stack: Stack
let stores: Stores
let playback: PlaybackLog
let vault: ListenerVault
let workers: WorkerProcess

beforeAll(async () => {
  stack = await startOwnStack({ source: { SEGUE_LOG_LEVEL: 'warn' }, parts: 'servers' })
  const log = createLogger('test', 'warn')
  stores = {
    postgres: createPool(readEnv(stack.env, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' }),
    redis: createRedis(readEnv(stack.env, redisConfig), log),
    clickhouse: createClickHouse(readEnv(stack.env, clickhouseConfig)),
  }
  for (const table of ['playback_events', 'streams']) {
    await stores.clickhouse.command({ query: `ALTER TABLE ${table} MODIFY SETTING ${FORGETS_SOON}` })
  }
  playback = createPlaybackLog(readEnv(stack.env, adminKafkaConfig), 'test', log)
  vault = createListenerVault(createLocalMasterKeys(readEnv(stack.env, (read) => masterKeysConfig(read))))
  workers = await startWorkers(stack.env, ['ingest', 'royalties'])
  await workers.untilReady()
  await insertTwoListeners(stores.postgres)
  for (const listener of [ADA, BEN]) await plant(listener)
}, 240_000)
afterAll(async () => {
  await workers?.kill('SIGTERM')
  await playback?.stop()
  stores?.redis.disconnect()
  await stores?.clickhouse.close()
  await stores?.postgres.end()
  await stack?.stop()
})

const isCanary = ({ account }: Listener) => account === ADA.account
const deviceOf = (listener: Listener) => (isCanary(listener) ? CANARY.device : 'another-device')

/** As the services do it: names by the vault, records through Kafka and the workers, Redis by the stores of the gateway. */
async function plant(listener: Listener): Promise<void> {
  const { userId, account } = listener
  const names = isCanary(listener) ? { display_name: CANARY.name, email: CANARY.email } : { display_name: 'Ben' }
  await speakAs(stores.postgres, { role: 'billing' }, (client) => vault.write(client, userId, names))
  await stores.postgres.query(
    `INSERT INTO withheld_ads (impression_id, campaign_id, creative_id, user_id, withheld_at, territory, plan, device_kind)
     SELECT gen_random_uuid(), campaign_id, creative_id, $1, now(), 'DE', 'free', 'web' FROM creatives`,
    [userId],
  )
  for (const sql of [
    `INSERT INTO sharing_states (account, partition, version, state, aged_until) VALUES ($1, 0, 1, convert_to($1, 'UTF8'), now())`,
    `INSERT INTO sharing_cases (account, score, highest_score, evidence, plan, detector_version, first_seen, last_seen)
     VALUES ($1, 0.9, 0.9, jsonb_build_object('of', $1::text), 'individual', 1, now(), now())`,
    `INSERT INTO sharing_case_history (account, at, kind, mark, marked_by, note) VALUES ($1, now(), 'mark', 'right', 'noor', $1)`,
    `INSERT INTO sharing_nudges VALUES ($1, now())`,
  ]) {
    await stores.postgres.query(sql, [account])
  }
  await heard(listener)

  const sessionId = uuidv7(Date.now())
  const devices = createAccountStore(stores.redis, { gatewayId: 'g1', leaseMs: 45_000, presenceMs: 600_000 })
  const place = isCanary(listener) ? CANARY.place : 'Berlin'
  const device = {
    accountId: account,
    sessionId,
    deviceId: deviceOf(listener),
    name: `${place} phone`,
    kind: 'web' as const,
  }
  await devices.here({ ...device, member: '', place, shown: '{}' }, 0, { streams: 1, perMember: 1 })
  const sessions = createSessionStore(stores.redis, { gatewayId: 'g1', waitMs: 600_000 })
  const state = Buffer.from(JSON.stringify({ account, device: deviceOf(listener) }))
  expect(await sessions.save({ sessionId, epoch: 1, spoken: true, state, stream: undefined })).toBe('saved')
  const { rows } = await stores.postgres.query<{ id: string }>('SELECT campaign_id AS id FROM campaigns')
  await createAdPlaces(stores.redis).take(
    { impressionId: uuidv7(Date.now()), campaignId: rows[0]?.id ?? '', accountId: account, servedAtMs: Date.now() },
    {
      campaignId: rows[0]?.id ?? '',
      startsAtMs: Date.now() - 1_000,
      endsAtMs: Date.now() + 3_600_000,
      mostInAll: undefined,
      mostOfDay: undefined,
      bookedInAll: 0,
      bookedOfDay: 0,
      cap: 3,
      windowMs: 3_600_000,
    },
    false,
  )
}

/** Until it is in the books and in ClickHouse. */
async function heard(listener: Listener): Promise<void> {
  const { account } = listener
  const stream = ended(account, { device_id: deviceOf(listener) })
  await playback.append(account, encodeRecord(stream))
  const said = { ...telemetry(account, [event(), event()]), device_id: stream.device_id }
  await playback.append(account, encodeRecord(said))
  await until(
    async () => [(await clickhouseRows(account)).playback_events ?? 0, (await booked(account)).length],
    ([events, streams]) => Number(events) >= 2 && Number(streams) >= 1,
  )
}

async function clickhouseRows(account: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of ['playback_events', 'streams', 'ad_events', 'late_events']) {
    const query = `SELECT count() AS n FROM ${table} WHERE account_id = {account:String}`
    const found = await stores.clickhouse.query({ query, query_params: { account }, format: 'JSONEachRow' })
    counts[table] = Number((await found.json<{ n: string }>())[0]?.n)
  }
  return counts
}

const booked = async (account: string) =>
  (await stores.postgres.query('SELECT device_id FROM royalty_streams WHERE listener_id = $1', [account])).rows

const segue = (...words: string[]) => segueDone(stack.env, ...words)

/** Of which servers a file has one of the texts, after all of them have written what they hold. */
async function serversWith(...texts: string[]): Promise<string[]> {
  await stores.postgres.query('CHECKPOINT')
  await stores.postgres.query('SELECT pg_switch_wal()')
  const found: string[] = []
  for (const server of SERVERS) if (await hasText(join(stack.dataDir, server), texts)) found.push(server)
  return found
}

async function hasText(folder: string, texts: readonly string[]): Promise<boolean> {
  for (const path of await readdir(folder, { recursive: true })) {
    const file = join(folder, path)
    // Servers delete files while they are looked at.
    const bytes = await stat(file)
      .then((found) => (found.isFile() ? readFile(file) : undefined))
      .catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
    if (bytes !== undefined && texts.some((text) => bytes.includes(text))) return true
  }
  return false
}

/** Rows that say the account, by table, partitions under their parent. */
async function rowsThatSay(text: string): Promise<Record<string, number>> {
  const { rows } = await stores.postgres.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`,
  )
  const found: Record<string, number> = {}
  for (const { name } of rows) {
    const counted = await stores.postgres.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM ${name} t WHERE strpos(t::text, $1) > 0`,
      [text],
    )
    if (counted.rows[0]?.n) found[name] = counted.rows[0].n
  }
  return found
}

test('every table that can name a listener is in the table of tables, and says why where it is kept or not told', async () => {
  const { rows } = await stores.postgres.query<{ name: string }>(
    `SELECT DISTINCT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND (a.attname IN ('user_id', 'payer_id', 'owner_id', 'listener_id', 'account', 'account_id', 'added_by', 'followed_id', 'device_id')
             OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f'
                           AND k.confrelid IN ('users'::regclass, 'subscriptions'::regclass, 'payments'::regclass)))
      ORDER BY 1`,
  )
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(LISTENER_TABLES).sort())
  for (const [table, { erase, exports, kept }] of Object.entries(LISTENER_TABLES)) {
    expect([table, kept !== undefined]).toEqual([
      table,
      erase.length === 0 || exports === undefined || kept !== undefined,
    ])
  }
})

test('what names a listener is in no file of any server, while he is there; his device is, so the search finds what there is', async () => {
  await stores.redis.bgsave()
  expect(await serversWith(...NAMES)).toEqual([])
  expect(await serversWith(CANARY.device)).toEqual(['postgres', 'kafka', 'clickhouse', 'redis'])
}, 120_000)

test('he is given all that is his, and nothing of another', async () => {
  const out = join(stack.dataDir, 'own.json')
  expect(await segue('export', ADA.account, '--out', out)).toMatchObject({ code: 0 })
  expect((await stat(out)).mode & 0o777).toBe(0o600)
  const text = await readFile(out, 'utf8')
  const data = JSON.parse(text)
  expect(data.names).toEqual({ display_name: CANARY.name, email: CANARY.email })
  for (const [table, { exports }] of Object.entries(LISTENER_TABLES)) {
    expect([table, data.tables[table]?.length > 0]).toEqual([table, exports !== undefined])
  }
  expect(data.played).toMatchObject({ streams: [{ device_id: CANARY.device }], playback_events: [{}, {}] })
  expect(text).not.toContain(BEN.account)
  expect(await segue('export', 'acct-nobody', '--out', out)).toMatchObject({
    code: 1,
    said: expect.stringContaining('there is nothing under the account acct-nobody'),
  })
})

test('nothing is erased unless it is meant, nor while he plays', async () => {
  expect(await segue('erase', ADA.account)).toMatchObject({ code: 1, said: expect.stringContaining('--for-good') })
  const sessions = createSessionStore(stores.redis, { gatewayId: 'g1', waitMs: 600_000 })
  const [sessionId, streamId] = [uuidv7(Date.now()), uuidv7(Date.now())]
  const stream = { streamId, accountId: ADA.account, record: Buffer.from('{}'), leaseMs: 45_000 }
  await sessions.save({ sessionId, epoch: 1, spoken: true, state: Buffer.from('x'), stream })
  expect(await segue('erase', ADA.account, '--for-good')).toMatchObject({
    code: 1,
    said: expect.stringContaining('the account plays now'),
  })
  await sessions.settle(sessionId, streamId)
  expect(await speakAs(stores.postgres, { role: 'billing' }, (client) => vault.read(client, ADA.userId))).toBeDefined()
})

test('erased, he is in no row and no file but where it is said; of the other nothing is missing', async () => {
  const ofBen = [await rowsThatSay(BEN.account), await rowsThatSay(BEN.userId), await clickhouseRows(BEN.account)]
  const erased = await segue('erase', ADA.account, '--for-good')
  expect(erased).toMatchObject({
    code: 0,
    said: expect.stringMatching(/Redis: devices 1, advertisements 1, sessions 1/),
  })
  expect(erased.said).toMatch(/ClickHouse: playback_events 2, streams 1/)

  expect(
    await speakAs(stores.postgres, { role: 'billing' }, (client) => vault.read(client, ADA.userId)),
  ).toBeUndefined()
  // The provider's name of a payment is in his books as well; the erasure knows the account until its last pass.
  expect(await rowsThatSay(ADA.account)).toEqual({ erasures: 1, payments: 1 })
  expect(await rowsThatSay(CANARY.device)).toEqual({})
  expect(await clickhouseRows(ADA.account)).toEqual({ playback_events: 0, streams: 0, ad_events: 0, late_events: 0 })
  const { rows } = await stores.postgres.query(
    `SELECT r.listener_id = u.account_id AS same, r.device_id, u.closed_at IS NOT NULL AS closed, p.title
       FROM users u JOIN royalty_streams r ON r.listener_id = u.account_id JOIN playlists p ON p.owner_id = u.user_id WHERE u.user_id = $1`,
    [ADA.userId],
  )
  expect(rows).toEqual([{ same: true, device_id: 'erased', closed: true, title: '(erased)' }])
  expect(playlistOf(ADA)).not.toBe(playlistOf(BEN))

  expect(await serversWith(...NAMES)).toEqual([])
  const withDevice = () => serversWith(CANARY.device, CANARY.place)
  // Kafka: for its seven days. PostgreSQL: the books had it in clear, and its log and dead rows have it until they are written over.
  expect(await until(withDevice, (found) => !found.includes('clickhouse'), 120_000)).toEqual(['postgres', 'kafka'])

  // He follows ADA no more; nothing else of his has changed.
  const [said, named, events] = ofBen as [Record<string, number>, Record<string, number>, Record<string, number>]
  expect(await rowsThatSay(BEN.account)).toEqual(said)
  expect(await clickhouseRows(BEN.account)).toEqual(events)
  const now = await rowsThatSay(BEN.userId)
  expect({ ...now, audit_log: named.audit_log }).toEqual({ ...named, follows: (named.follows ?? 0) - 2 })
}, 240_000)

test('again, there is nothing more; what comes back from Kafka goes with a later pass, and after the last nothing is known of the account', async () => {
  const again = await segue('erase', ADA.account, '--for-good')
  expect(again).toMatchObject({
    code: 0,
    said: expect.stringMatching(/PostgreSQL: nothing more\nRedis: nothing more\nClickHouse: nothing more/),
  })
  await heard(ADA)
  expect(await segue('erase', '--go-on')).toMatchObject({
    code: 0,
    said: expect.stringContaining('1 erasures were gone over'),
  })
  expect(await booked(ADA.account)).toEqual([])
  expect((await clickhouseRows(ADA.account)).playback_events).toBe(0)

  await stores.postgres.query(`UPDATE erasures SET asked_at = asked_at - interval '30 days'`)
  expect(await segue('erase', '--go-on')).toMatchObject({
    code: 0,
    said: expect.stringContaining('the account is forgotten'),
  })
  expect(await rowsThatSay(ADA.account)).toEqual({ payments: 1 })
  const { rows } = await stores.postgres.query(
    'SELECT account_id, passes, asked_by, ended_at IS NOT NULL AS ended FROM erasures',
  )
  expect(rows).toEqual([{ account_id: null, passes: 4, asked_by: 'segue', ended: true }])
  expect(await segue('erase', ADA.account, '--for-good')).toMatchObject({ code: 1 })
  expect(await segue('erase', '--go-on')).toMatchObject({
    code: 0,
    said: expect.stringContaining('0 erasures were gone over'),
  })
}, 180_000)

test('the erasure is in the audit log, which is whole', async () => {
  const { rows } = await stores.postgres.query(
    `SELECT DISTINCT action, login FROM audit_log WHERE table_name = 'erasures' ORDER BY 1`,
  )
  expect(rows).toEqual([
    { action: 'insert', login: 'segue' },
    { action: 'update', login: 'segue' },
  ])
  expect((await verifyAudit(stores.postgres)).findings).toEqual([])
})
