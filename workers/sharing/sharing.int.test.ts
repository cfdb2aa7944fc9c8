import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { adminKafkaConfig } from '../../infra/kafka/config.ts'
import { createPlaybackLog, type PlaybackLog } from '../../infra/kafka/producer.ts'
import { createPool, type Pool } from '../../infra/postgres/client.ts'
import { migratePostgres } from '../../infra/postgres/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../../infra/postgres/test-database.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { createLogger } from '../../infra/runtime/log.ts'
import { encodeRecord } from '../../protocol/events/record-codec.ts'
import { newAccount } from '../testing/records.ts'
import { endOfTopic } from '../testing/topic-moves.ts'
import { until } from '../testing/until.ts'
import { startWorkers, type WorkerProcess } from '../testing/worker-process.ts'
import type { PlayEvent } from './detector/play-event.ts'
import { shiftedHabits } from './testing/habits.ts'
import { recordOf } from './testing/records-of.ts'
import { makeTrace } from './testing/trace.ts'

const log = createLogger('test', 'warn')
const env = inject('stackEnv')
const kafka = readEnv(env, adminKafkaConfig)
const DAY_MS = 86_400_000
const NEVER_MS = '86400000'
const AT_ONCE = 5_000
/** Of traces of 27,000 to 49,000 events, with accounts in each that look shared. */
const SEEDS = [5, 11, 13, 22]
let playbackLog: PlaybackLog
const workers = new Set<WorkerProcess>()
const books: { database: TestDatabase; pool: Pool }[] = []

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-sharing-'))
  playbackLog = createPlaybackLog(kafka, 'test', log)
})
afterEach(async () => {
  await Promise.all([...workers].map((worker) => worker.kill('SIGTERM')))
  workers.clear()
})
afterAll(async () => {
  await playbackLog.stop()
  await rm(folder, { recursive: true, force: true })
  for (const { pool, database } of books) {
    await pool.end()
    await database.drop()
  }
})

/** A database that has seen nothing: the worker reads the topic from its beginning, whatever Kafka remembers of the group by other books. */
async function newBooks(name: string): Promise<{ pool: Pool; addresses: TestDatabase['env'] }> {
  const database = await createTestDatabase(env, name)
  await migratePostgres(database.url)
  const pool = createPool(database.url, { applicationName: 'test' })
  books.push({ database, pool })
  return { pool, addresses: database.env }
}

async function start(addresses: TestDatabase['env'], more: Record<string, string> = {}): Promise<WorkerProcess> {
  const own = { ...addresses, SEGUE_SHARING_CHECKPOINT_MS: '200', SEGUE_SHARING_EXPIRY_MS: NEVER_MS }
  const worker = await startWorkers({ ...env, ...own, ...more }, ['sharing'])
  workers.add(worker)
  return worker
}
async function end(worker: WorkerProcess, signal: NodeJS.Signals): Promise<void> {
  await worker.kill(signal)
  workers.delete(worker)
}

async function append(events: readonly PlayEvent[]): Promise<void> {
  // What waits for Kafka is bounded.
  for (let from = 0; from < events.length; from += AT_ONCE) {
    const some = events.slice(from, from + AT_ONCE)
    await Promise.all(some.map((event) => playbackLog.append(event.account, encodeRecord(recordOf(event)))))
  }
}

async function savedTo(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ sum: string | null }>('SELECT sum(next_offset) FROM kafka_offsets')
  return Number(rows[0]?.sum ?? 0)
}
async function untilSaved(pool: Pool): Promise<void> {
  const goal = await endOfTopic(kafka)
  await until(
    () => savedTo(pool),
    (sum) => sum >= goal,
    240_000,
  )
}

/** Everything that the worker says of accounts, but for what differs from database to database. */
async function said(pool: Pool, prefix: string): Promise<{ cases: unknown[]; history: unknown[]; states: unknown[] }> {
  const of = async (sql: string) => (await pool.query(sql, [`${prefix}%`])).rows
  return {
    cases:
      await of(`SELECT account, score, highest_score, evidence::text, plan, detector_version, first_seen, last_seen, status
      FROM sharing_cases WHERE account LIKE $1 ORDER BY account`),
    history: await of(`SELECT account, at, kind, score, reasons::text FROM sharing_case_history
      WHERE account LIKE $1 ORDER BY account, at`),
    states: await of(`SELECT account, encode(state, 'hex') AS state FROM sharing_states
      WHERE account LIKE $1 ORDER BY account`),
  }
}

/** Two homes, one in Berlin and one in Paris, every evening of these days ago; by the account's plan one too many. */
function twoHomes(account: string, daysAgo: readonly number[], nowMs = Date.now(), secondAsn = 3215): PlayEvent[] {
  const homes = [
    { device: 'one', ip: '192.0.2.1', asn: 3320, country: 'DE', place: { lat: 52.52, lon: 13.41 } },
    { device: 'two', ip: '198.51.100.1', asn: secondAsn, country: 'FR', place: { lat: 48.86, lon: 2.35 } },
  ]
  const evening = Math.floor(nowMs / DAY_MS) * DAY_MS + 20 * 3_600_000
  return daysAgo.flatMap((ago) =>
    homes.flatMap((home) =>
      (['play_start', 'heartbeat', 'play_end'] as const).map((event, index): PlayEvent => {
        const atMs = evening - ago * DAY_MS + index * 15 * 60_000
        return { atMs, account, plan: 'family', kind: 'tv', ...home, event }
      }),
    ),
  )
}
/** Now and then the second device is at the first home an hour and a half before it is 878 km away, at its own. */
function twoHomesAndAFlight(account: string, days: readonly number[]): PlayEvent[] {
  return twoHomes(account, days)
    .flatMap((event, index, all) => {
      const atHome = all[index - 3]
      if (event.device === 'one' || event.event !== 'play_start' || index % 60 !== 3 || atHome === undefined)
        return [event]
      return [{ ...atHome, device: event.device, atMs: event.atMs - 90 * 60_000 }, event]
    })
    .sort((a, b) => a.atMs - b.atMs)
}
const daysAgo = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index)
const playsAt = (account: string, atMs: number): PlayEvent[] =>
  twoHomes(account, [0])
    .slice(0, 1)
    .map((event) => ({ ...event, atMs }))

describe('sharing', () => {
  let cases: Awaited<ReturnType<typeof newBooks>>

  it('says the same, byte for byte, whether it was killed again and again or not', async () => {
    const prefix = newAccount()
    const seed = SEEDS[Date.now() % SEEDS.length] ?? 0
    const { events } = makeTrace(seed, 40, shiftedHabits)
    const own = events.map((event) => ({ ...event, account: `${prefix}-${event.account}` }))
    const portions = 4
    const portion = (n: number) =>
      own.slice(Math.floor((n * own.length) / portions), Math.floor(((n + 1) * own.length) / portions))

    const killed = await newBooks('sharing_killed')
    for (let n = 0; n < portions - 1; n += 1) {
      const before = await savedTo(killed.pool)
      const worker = await start(killed.addresses)
      // A second one, now and then: the partitions change hands while they are read.
      const second = n === 1 ? await start(killed.addresses) : undefined
      await append(portion(n))
      await until(
        () => savedTo(killed.pool),
        (sum) => sum > before,
        120_000,
      )
      await wait(Math.random() * 400)
      await end(worker, 'SIGKILL')
      if (second !== undefined) await end(second, 'SIGKILL')
    }
    await append(portion(portions - 1))
    await start(killed.addresses)
    await untilSaved(killed.pool)
    const afterKills = await said(killed.pool, prefix)
    await Promise.all([...workers].map((worker) => end(worker, 'SIGTERM')))

    const whole = await newBooks('sharing_whole')
    // Few in memory: states are read back from the books all the time.
    await start(whole.addresses, { SEGUE_SHARING_ACCOUNTS_IN_MEMORY: '5', SEGUE_SHARING_CHECKPOINT_MS: '1000' })
    await untilSaved(whole.pool)
    const uninterrupted = await said(whole.pool, prefix)
    expect(afterKills, `seed ${seed}`).toEqual(uninterrupted)
    expect(uninterrupted.states).toHaveLength(40)
    expect(uninterrupted.cases.length).toBeGreaterThan(0)
    expect(uninterrupted.history.length).toBeGreaterThanOrEqual(uninterrupted.cases.length)
  }, 900_000)

  it('makes a case with its evidence of an account with two homes, keeps its history, and leaves the honest alone', async () => {
    cases = await newBooks('sharing_cases')
    const { pool, addresses } = cases
    const account = newAccount()
    const honest = newAccount()
    const behindExit = newAccount()
    const flyer = newAccount()
    const [networks, wrong] = [join(folder, 'networks.csv'), join(folder, 'wrong.csv')]
    await writeFile(networks, 'asn,kind\n64900,hosting\n')
    await writeFile(wrong, 'asn,kind\n64900,vpn\n')
    const refused = await start(addresses, { SEGUE_SHARING_NETWORKS_FILE: wrong })
    await append(twoHomes(account, daysAgo(30, 2)))
    await append(twoHomes(honest, daysAgo(30, 2)).filter(({ device }) => device === 'one'))
    await append(twoHomes(behindExit, daysAgo(30, 2), Date.now(), 64_900))
    await append(twoHomesAndAFlight(flyer, daysAgo(30, 2)))
    await append([account, honest, behindExit, flyer].flatMap((each) => playsAt(each, Date.now())))
    const worker = await start(addresses, { SEGUE_SHARING_NETWORKS_FILE: networks, SEGUE_SHARING_TRAVEL: '900:1000' })
    await untilSaved(pool)
    const { cases: made, history } = await said(pool, account)
    expect(made).toEqual([expect.objectContaining({ account, plan: 'family', status: 'open', detector_version: 1 })])
    const [{ score, evidence }] = made as [{ score: number; evidence: string }]
    expect(score).toBeGreaterThan(0.8)
    expect(JSON.parse(evidence).reasons).toContain('2 groups of devices (1 + 1) up to 878 km apart')
    expect(history.length).toBeGreaterThan(1)
    expect((await said(pool, honest)).cases).toEqual([])
    // Its second home is a server by the file of networks, and the same to the table that is built in as the first one's.
    expect((await said(pool, behindExit)).cases).toEqual([])
    // By the usual limits its second home would be nowhere real.
    expect((await said(pool, flyer)).cases).toHaveLength(1)
    await expect(refused.untilReady()).rejects.toThrow(
      `SEGUE_SHARING_NETWORKS_FILE cannot be used: ${wrong}:2: \`kind\` is none of`,
    )
    await expect(pool.query('UPDATE sharing_case_history SET score = 0')).rejects.toThrow('only ever added to')
    await expect(pool.query('DELETE FROM sharing_case_history')).rejects.toThrow('only ever added to')
    // Shadow is what it is unless told otherwise: nobody was told.
    expect((await pool.query('SELECT * FROM sharing_nudges')).rows).toEqual([])
    expect(await (await fetch(`${worker.http}/metrics`)).text()).not.toMatch(/segue_sharing_nudges_total\{/)
  })

  it('forgets what is older than 28 days, of accounts that went silent too', async () => {
    // The same books: a topic of its own would be read no faster.
    const { pool, addresses } = cases
    const gone = newAccount()
    const partly = newAccount()
    await append(twoHomes(gone, daysAgo(40, 33)).filter(({ device }) => device === 'one'))
    await append(twoHomes(partly, daysAgo(40, 33)).filter(({ device }) => device === 'one'))
    await append(twoHomes(partly, daysAgo(10, 5)).filter(({ device }) => device === 'two'))
    const first = await start(addresses)
    await untilSaved(pool)
    await end(first, 'SIGTERM')
    const stateOf = async (account: string) =>
      (await pool.query<{ state: Buffer }>('SELECT state FROM sharing_states WHERE account = $1', [account])).rows[0]
        ?.state
    expect(await stateOf(gone)).toBeDefined()
    const hashOf = (device: string, ago: number) => {
      const record = recordOf(twoHomes(partly, [ago]).find((event) => event.device === device) ?? fail())
      return record.network?.address_hash ?? fail()
    }
    expect((await stateOf(partly))?.includes(hashOf('two', 7))).toBe(true)

    await start(addresses, { SEGUE_SHARING_EXPIRY_MS: '200' })
    await until(
      () => stateOf(gone),
      (state) => state === undefined,
    )
    const state = await until(
      () => stateOf(partly),
      (now) => now !== undefined && !now.includes('DE'),
    )
    for (const ago of daysAgo(40, 33)) expect(state?.includes(hashOf('one', ago))).toBe(false)
    expect(state?.includes(hashOf('two', 7))).toBe(true)
  })
})

function fail(): never {
  throw new Error('the test has nothing to look for')
}
