/** Owns the test of erasure on servers of its own: what names a listener, and what his players said, is searched as bytes in the files of every server, before and after. */

import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GatewayProcess, startGateway } from '../../../gateway/testing/gateway-process.ts'
import { listenOnce } from '../../../gateway/testing/listen-once.ts'
import { encodeRecord } from '../../../protocol/events/record-codec.ts'
import { uuidv7 } from '../../../protocol/ids.ts'
import { COUNTABLE_MS } from '../../../protocol/vocabulary.ts'
import { ended, event, telemetry } from '../../../workers/testing/records.ts'
import { until } from '../../../workers/testing/until.ts'
import { startWorkers, type WorkerProcess } from '../../../workers/testing/worker-process.ts'
import { segueDone } from '../../cli/testing/segue-process.ts'
import { createClickHouse } from '../../clickhouse/client.ts'
import { clickhouseConfig } from '../../clickhouse/config.ts'
import { type KeyServer, startKeyServer } from '../../issuer/key-server.ts'
import { askForTokens, endpointsOf } from '../../issuer/sign-in.ts'
import { adminKafkaConfig } from '../../kafka/config.ts'
import { createPlaybackLog, type PlaybackLog } from '../../kafka/producer.ts'
import { type AskAdmin, asService, keycloakOf, signInByPassword } from '../../keycloak/testing/keycloak.ts'
import { knownIndices } from '../../opensearch/catalog-indices.ts'
import { createOpenSearch, type OpenSearch } from '../../opensearch/client.ts'
import { countThere } from '../../opensearch/forget-deleted.ts'
import { verifyAudit } from '../../postgres/audit/verify.ts'
import { createPool } from '../../postgres/client.ts'
import { postgresConfig } from '../../postgres/config.ts'
import { speakAs } from '../../postgres/speak-as.ts'
import {
  ADA,
  BEN,
  insertTwoListeners,
  type Listener,
  playlistOf,
  TRACK_ID,
} from '../../postgres/testing/two-listeners.ts'
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
import { serversWith as filesWith } from './testing/files-of-servers.ts'
import { forgetOldPartsSoon } from './testing/forget-old-parts.ts'
import { expectAllEvents, expectAllKeys } from './testing/own-data.ts'
import { plantOwn, plantRows, plantShared } from './testing/plant-rows.ts'
import { keysThatSay, clickhouseRows as rowsInClickHouse, rowsThatSay as rowsOfPostgres } from './testing/rows-of.ts'

const CANARY = {
  name: 'Canary Kestrel 7f3a',
  email: 'kestrel7f3a@example.com',
  token: 'tok_canary7f3a',
  device: 'canary-device-7f3a',
  deviceName: 'canaryphone7f3a',
  place: 'Canarytown7f3a',
  playlist: 'canarylist7f3a',
  shared: 'canaryshared7f3a',
  query: 'canaryquery7f3a',
  atIssuer: 'Canaryfamily7f3a',
}
/** In no file of any server while he is there: sealed, or never written. */
const NEVER_IN_CLEAR = [CANARY.name, CANARY.email, CANARY.token, CANARY.query]
/** In public, hers, and his to edit. */
const SHARED = uuidv7(Date.now())
/** From where he plays. */
const HIS_ADDRESS = '127.0.0.77'
const GOES_WITHIN_MS = 120_000

let stack: Stack
let stores: Stores
let playback: PlaybackLog
let vault: ListenerVault
let workers: WorkerProcess
let keys: KeyServer
let gateway: GatewayProcess
let opensearch: OpenSearch
let accounts: AskAdmin

beforeAll(async () => {
  stack = await startOwnStack({
    source: { SEGUE_LOG_LEVEL: 'warn' },
    parts: 'servers',
    extras: ['opensearch', 'debezium', 'keycloak'],
  })
  const log = createLogger('test', 'warn')
  stores = {
    postgres: createPool(readEnv(stack.env, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' }),
    redis: createRedis(readEnv(stack.env, redisConfig), log),
    clickhouse: createClickHouse(readEnv(stack.env, clickhouseConfig)),
  }
  await forgetOldPartsSoon(stores.clickhouse)
  playback = createPlaybackLog(readEnv(stack.env, adminKafkaConfig), 'test', log)
  vault = createListenerVault(createLocalMasterKeys(readEnv(stack.env, (read) => masterKeysConfig(read))))
  workers = await startWorkers(stack.env, ['ingest', 'royalties', 'search'])
  await workers.untilReady()
  opensearch = createOpenSearch(stack.env.SEGUE_OPENSEARCH_URL ?? '')
  await until(
    async () => (await knownIndices(opensearch)).some(({ isSearched }) => isSearched),
    (isBuilt) => isBuilt,
    120_000,
  )
  await insertTwoListeners(stores.postgres)
  await stores.postgres.query(`INSERT INTO renditions VALUES ($1, 96, 'mp4a.40.2', 15, 720000)`, [TRACK_ID])
  await stores.postgres.query(`UPDATE tracks SET status = 'available' WHERE track_id = $1`, [TRACK_ID])
  const places = join(stack.dataDir, 'places.csv')
  await writeFile(
    places,
    `first,last,asn,country,lat,lon,city\n${HIS_ADDRESS},${HIS_ADDRESS},,DE,52.5,13.4,${CANARY.place}\n`,
  )
  keys = await startKeyServer()
  gateway = await startGateway({
    ...stack.env,
    SEGUE_ISSUER_URL: keys.issuer,
    SEGUE_JWKS_URL: keys.jwksUrl,
    SEGUE_GEOIP_FILES: places,
  })
  await Promise.all([ADA, BEN].map(plant))
  await plantShared(stores.postgres, { playlistId: SHARED, owner: ADA, member: BEN, title: CANARY.shared })
  await isFound(SHARED)
  accounts = await asService(await keycloakOf(stack))
  expect((await accounts('PUT', `/users/${ADA.account}`, { lastName: CANARY.atIssuer })).status).toBe(204)
  await signInAtKeycloak()
}, 600_000)
afterAll(async () => {
  await gateway?.stop()
  await keys?.stop()
  await opensearch?.close()
  await workers?.kill('SIGTERM')
  await playback?.stop()
  stores?.redis.disconnect()
  await stores?.clickhouse.close()
  await stores?.postgres.end()
  await stack?.stop()
})

const isCanary = ({ account }: Listener) => account === ADA.account
const deviceOf = (listener: Listener) => (isCanary(listener) ? CANARY.device : 'another-device')

/** As the services do it: he signs in at the gateway and listens; what no program writes yet is written by the role that will. */
async function plant(listener: Listener): Promise<void> {
  const { account } = listener
  const own = isCanary(listener)
    ? { names: { display_name: CANARY.name, email: CANARY.email }, token: CANARY.token, playlist: CANARY.playlist }
    : { names: { display_name: 'Ben' }, token: 'tok_of_ben', playlist: 'Other list' }
  await plantOwn(stores.postgres, vault, listener.userId, own)
  await plantRows(stores, listener)
  await isFound(playlistOf(listener))
  await listenOnce(gateway.ws, {
    token: await keys.token({ claims: { sub: account } }),
    device: { id: deviceOf(listener), name: isCanary(listener) ? CANARY.deviceName : 'Other phone', kind: 'web' },
    trackId: TRACK_ID,
    forMs: COUNTABLE_MS + 1_000,
    query: isCanary(listener) ? CANARY.query : 'tide',
    localAddress: isCanary(listener) ? HIS_ADDRESS : '127.0.0.1',
  })
  await inTheBooks(account)
}

const isFound = (playlistId: string) =>
  until(
    () => countThere(opensearch, [{ kind: 'playlist', id: playlistId }]),
    (there) => there === 1,
  )
const signInAtKeycloak = async () => {
  const { issuerUrl, secrets } = await keycloakOf(stack)
  const at = { issuerUrl, redirectUri: `http://127.0.0.1:${stack.ports.gateway}/` }
  return await signInByPassword(at, 'ada', secrets.keycloak_people_password)
}

/** What a worker writes that reads Kafka again. */
async function comesBack({ account }: Listener): Promise<void> {
  const stream = ended(account, { device_id: CANARY.device })
  await playback.append(account, encodeRecord(stream))
  const said = { ...telemetry(account, [event(), event()]), device_id: stream.device_id }
  await playback.append(account, encodeRecord(said))
  await inTheBooks(account)
}

/** Until it is there, and in ClickHouse. */
async function inTheBooks(account: string): Promise<void> {
  await until(
    async () => [(await clickhouseRows(account)).playback_events, (await booked(account)).length] as const,
    ([events, streams]) => events >= 2 && streams >= 1,
  )
}

const clickhouseRows = (account: string) => rowsInClickHouse(stores.clickhouse, account)

const booked = async (account: string) =>
  (await stores.postgres.query('SELECT device_id FROM royalty_streams WHERE listener_id = $1', [account])).rows

const sharedIs = async () =>
  (
    await stores.postgres.query(
      `SELECT visibility, deleted_at IS NOT NULL AS "isDeleted", owner_id AS owner FROM playlists WHERE playlist_id = $1`,
      [SHARED],
    )
  ).rows[0]

const namesOfAda = () => speakAs(stores.postgres, { role: 'billing' }, (client) => vault.read(client, ADA.userId))
const segue = (...words: string[]) => segueDone(stack.env, ...words)

const serversWith = (...texts: string[]) => filesWith(stack.dataDir, stores.postgres, texts)

const rowsThatSay = (text: string) => rowsOfPostgres(stores.postgres, text)

test('what names a listener, what he pays by and what he looked for is in no file of any server, while he is there; the rest is found where it is', async () => {
  await stores.redis.bgsave()
  expect(await serversWith(...NEVER_IN_CLEAR)).toEqual([])
  expect(await serversWith(CANARY.device)).toEqual(['postgres', 'kafka', 'clickhouse', 'redis'])
  expect(await serversWith(CANARY.deviceName)).toEqual(['redis'])
  expect(await serversWith(CANARY.place)).toEqual(['redis'])
  for (const title of [CANARY.playlist, CANARY.shared])
    expect(await serversWith(title)).toEqual(['postgres', 'opensearch'])
  expect(await serversWith(CANARY.atIssuer)).toEqual(['keycloak'])
})

test('he is given all that is his, and nothing of another', async () => {
  const out = join(stack.dataDir, 'own.json')
  expect(await segue('export', ADA.account, '--out', out)).toMatchObject({ code: 0 })
  expect((await stat(out)).mode & 0o777).toBe(0o600)
  const text = await readFile(out, 'utf8')
  const data = JSON.parse(text)
  expect(data.names).toEqual({ display_name: CANARY.name, email: CANARY.email })
  expect(data.sign_in).toMatchObject({ username: 'ada', lastName: CANARY.atIssuer, enabled: true })
  for (const [table, { exports }] of Object.entries(LISTENER_TABLES)) {
    expect([table, data.tables[table]?.length > 0]).toEqual([table, exports !== undefined])
  }
  expect(data.tables.payment_methods).toMatchObject([{ token: CANARY.token, lastFour: '4242' }])
  expect(data.played).toMatchObject({ streams: [{ device_id: CANARY.device }], playback_events: [{}, {}] })
  expectAllEvents(data.played, ADA.account)
  const { device, deviceName: name, place } = CANARY
  await expectAllKeys(data.remembered, stores.redis, { account: ADA.account, device, name, place, trackId: TRACK_ID })
  expect(text).not.toContain(BEN.account)
  expect(await segue('export', 'acct-nobody', '--out', out)).toMatchObject({
    code: 1,
    said: expect.stringContaining('there is nothing under the account acct-nobody'),
  })
})

test('nothing is erased unless it is meant, nor while he can sign in, nor while he plays', async () => {
  expect(await segue('erase', ADA.account)).toMatchObject({ code: 1, said: expect.stringContaining('--for-good') })
  const away = { ...stack.env, SEGUE_KEYCLOAK_ACCOUNTS_URL: 'http://127.0.0.1:1/admin/realms/segue' }
  expect(await segueDone(away, 'erase', ADA.account, '--for-good')).toMatchObject({
    code: 1,
    said: expect.stringContaining('Issuer: Keycloak does not answer at 127.0.0.1:1'),
  })
  expect((await accounts('GET', `/users/${ADA.account}`)).status).toBe(200)
  const { refreshToken } = await signInAtKeycloak()

  const sessions = createSessionStore(stores.redis, { gatewayId: 'g1', waitMs: 600_000 })
  const [sessionId, streamId] = [uuidv7(Date.now()), uuidv7(Date.now())]
  const stream = { streamId, accountId: ADA.account, record: Buffer.from('{}'), leaseMs: 45_000 }
  await sessions.save({ sessionId, epoch: 1, spoken: true, state: Buffer.from('x'), stream })
  expect(await segue('erase', ADA.account, '--for-good')).toMatchObject({
    code: 1,
    said: expect.stringMatching(/Issuer: the account is gone[\s\S]*the account plays now/),
  })
  expect((await accounts('GET', `/users/${ADA.account}`)).status).toBe(404)
  await expect(signInAtKeycloak()).rejects.toThrow('sign-in: Invalid')
  const { token_endpoint } = await endpointsOf(stack.env.SEGUE_ISSUER_URL ?? '')
  const renewal = { grant_type: 'refresh_token', client_id: 'segue-player', refresh_token: refreshToken }
  await expect(askForTokens(token_endpoint, renewal)).rejects.toThrow('400')
  expect((await accounts('GET', `/users/${BEN.account}`)).status).toBe(200)
  await sessions.settle(sessionId, streamId)
  // Nor by a slip: what its letters begin with or end with is another account, of which there is nothing.
  for (const slip of [ADA.account.slice(0, -2), ADA.account.slice(2)]) {
    expect(await segue('erase', slip, '--for-good')).toMatchObject({
      code: 1,
      said: expect.stringContaining(`there is nothing under the account ${slip}`),
    })
  }
  // What was asked is known to the next pass, though he played; a slip is not.
  expect((await stores.postgres.query('SELECT account_id FROM erasures')).rows).toEqual([{ account_id: ADA.account }])
  expect(await namesOfAda()).toBeDefined()
})

test(
  'erased, he is in no row and no file but where it is said; of the other nothing is missing',
  async () => {
    const ofBen = [await rowsThatSay(BEN.account), await rowsThatSay(BEN.userId), await clickhouseRows(BEN.account)]
    const erased = await segue('erase', ADA.account, '--for-good')
    const found =
      /Redis: devices 1, advertisements 1, sessions 1\nClickHouse: playback_events 2, late_events 1, streams 2, ad_events 1\n/
    expect(erased).toMatchObject({ code: 0, said: expect.stringMatching(found) })
    expect(await namesOfAda()).toBeUndefined()
    // The provider's name of a payment is in his books as well; the erasure knows the account until its last pass.
    expect(await rowsThatSay(ADA.account)).toEqual({ erasures: 1, payments: 1 })
    expect(await rowsThatSay(CANARY.device)).toEqual({})
    expect(await clickhouseRows(ADA.account)).toEqual({ playback_events: 0, streams: 0, ad_events: 0, late_events: 0 })
    expect(await keysThatSay(stores.redis, ADA.account)).toEqual(['segue:ended-sign-ins'])
    expect(await keysThatSay(stores.redis, CANARY.device)).toEqual([])
    const { rows } = await stores.postgres.query(
      `SELECT r.listener_id = u.account_id AS same, r.device_id, u.closed_at IS NOT NULL AS closed, p.title
       FROM users u JOIN royalty_streams r ON r.listener_id = u.account_id JOIN playlists p ON p.owner_id = u.user_id WHERE u.user_id = $1`,
      [ADA.userId],
    )
    expect(rows).toEqual(Array(2).fill({ same: true, device_id: 'erased', closed: true, title: '(erased)' }))

    expect(await serversWith(...NEVER_IN_CLEAR, CANARY.deviceName, CANARY.place)).toEqual([])
    // The playlist that is another's as well stays to him, without her words.
    expect(await serversWith(CANARY.playlist, CANARY.shared)).toEqual(['postgres'])
    expect(await sharedIs()).toEqual({ visibility: 'private', isDeleted: false, owner: ADA.userId })
    // Nowhere else; there until its database writes over it.
    expect((await serversWith(CANARY.atIssuer)).filter((server) => server !== 'keycloak')).toEqual([])
    expect(await (await accounts('GET', `/users?search=${CANARY.atIssuer}`)).json()).toEqual([])
    const withDevice = () => serversWith(CANARY.device)
    // Kafka: for its seven days. PostgreSQL: the books had it in clear, and its log and dead rows have it until they are written over.
    expect(await until(withDevice, (found) => !found.includes('clickhouse'), GOES_WITHIN_MS)).toEqual([
      'postgres',
      'kafka',
    ])

    // He follows ADA no more; nothing else of his has changed.
    const [said, named, events] = ofBen as [Record<string, number>, Record<string, number>, Record<string, number>]
    expect(await rowsThatSay(BEN.account)).toEqual(said)
    expect(await clickhouseRows(BEN.account)).toEqual(events)
    const now = await rowsThatSay(BEN.userId)
    expect({ ...now, audit_log: named.audit_log }).toEqual({ ...named, follows: (named.follows ?? 0) - 2 })
  },
  GOES_WITHIN_MS + 120_000,
)

test('again, there is nothing more; what comes back from Kafka goes with a later pass, and after the last nothing is known of the account', async () => {
  const again = await segue('erase', ADA.account, '--for-good')
  expect(again).toMatchObject({
    code: 0,
    said: expect.stringMatching(
      /Issuer: nothing more\nPostgreSQL: nothing more\nRedis: nothing more\nClickHouse: nothing more\nOpenSearch: nothing more/,
    ),
  })
  await comesBack(ADA)
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
  expect(await sharedIs()).toEqual({ visibility: 'private', isDeleted: false, owner: BEN.userId })
  const { rows } = await stores.postgres.query(
    'SELECT account_id, passes, asked_by, ended_at IS NOT NULL AS ended FROM erasures',
  )
  expect(rows).toEqual([{ account_id: null, passes: 4, asked_by: 'segue', ended: true }])
  expect(await segue('erase', ADA.account, '--for-good')).toMatchObject({ code: 1 })
  expect(await segue('erase', '--go-on')).toMatchObject({
    code: 0,
    said: expect.stringContaining('0 erasures were gone over'),
  })
})

test('who is in no table of PostgreSQL, as he only ever played short pieces, is known, given what is his, and erased', async () => {
  const account = 'acct-short-pieces'
  await playback.append(account, encodeRecord(ended(account, { ms_played: 20_000 })))
  await playback.append(account, encodeRecord(telemetry(account, [event()])))
  await until(
    () => clickhouseRows(account),
    ({ streams, playback_events }) => streams === 1 && playback_events === 1,
  )
  expect(await rowsThatSay(account)).toEqual({})

  const out = join(stack.dataDir, 'short.json')
  expect(await segue('export', account, '--out', out)).toMatchObject({ code: 0 })
  expect(JSON.parse(await readFile(out, 'utf8')).played).toMatchObject({ streams: [{}], playback_events: [{}] })
  expect(await segue('erase', account, '--for-good')).toMatchObject({
    code: 0,
    said: expect.stringContaining('ClickHouse: playback_events 1, streams 1'),
  })
  expect(await clickhouseRows(account)).toEqual({ playback_events: 0, streams: 0, ad_events: 0, late_events: 0 })
  expect(await rowsThatSay(account)).toEqual({ erasures: 1 })
})

test('the erasure is in the audit log, which is whole', async () => {
  const { rows } = await stores.postgres.query(
    `SELECT DISTINCT action || ' by ' || login AS what FROM audit_log WHERE table_name = 'erasures' ORDER BY 1`,
  )
  expect(rows.map(({ what }) => what)).toEqual(['insert by segue', 'update by segue'])
  expect((await verifyAudit(stores.postgres)).findings).toEqual([])
})
