import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { adminKafkaConfig } from '../../infra/kafka/config.ts'
import { createPlaybackLog, type PlaybackLog } from '../../infra/kafka/producer.ts'
import { createPool, type Pool } from '../../infra/postgres/client.ts'
import { postgresConfig } from '../../infra/postgres/config.ts'
import { migratePostgres } from '../../infra/postgres/migrate.ts'
import { createTestDatabase } from '../../infra/postgres/test-database.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { createLogger } from '../../infra/runtime/log.ts'
import type { StreamEnded } from '../../protocol/events/playback-record.ts'
import { encodeRecord } from '../../protocol/events/record-codec.ts'
import { TOPICS } from '../../protocol/events/topics.ts'
import { ended, newAccount } from '../testing/records.ts'
import { endOfTopic, forgetTopic, rewindTopic } from '../testing/topic-moves.ts'
import { until } from '../testing/until.ts'
import { startWorkers, type WorkerProcess } from '../testing/worker-process.ts'

const log = createLogger('test', 'warn')
const env = inject('stackEnv')
const kafka = readEnv(env, adminKafkaConfig)
const topic = TOPICS.playbackEvents.name
const GROUP = 'segue.royalties'
let pool: Pool
let playbackLog: PlaybackLog
const workers = new Set<WorkerProcess>()

beforeAll(() => {
  pool = createPool(readEnv(env, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' })
  playbackLog = createPlaybackLog(kafka, 'test', log)
})
afterEach(async () => {
  await Promise.all([...workers].map((worker) => worker.kill('SIGTERM')))
  workers.clear()
})
afterAll(async () => {
  await playbackLog.stop()
  await pool.end()
})

async function start(): Promise<WorkerProcess> {
  const worker = await startWorkers(env, ['royalties'])
  workers.add(worker)
  return worker
}
async function end(worker: WorkerProcess, signal: NodeJS.Signals): Promise<void> {
  await worker.kill(signal)
  workers.delete(worker)
}
const append = (record: StreamEnded) => playbackLog.append(record.account_id, encodeRecord(record))

async function rowsOf(account: string) {
  const { rows } = await pool.query<{ stream_id: string; counted: boolean; flags: string[]; ms_played: number }>(
    'SELECT stream_id, counted, flags, ms_played FROM royalty_streams WHERE listener_id LIKE $1 ORDER BY stream_id',
    [`${account}%`],
  )
  return rows
}

/** Of this worker only: those of the others are in the same table. */
async function moveBooks(to: string): Promise<void> {
  await pool.query(`UPDATE kafka_offsets SET next_offset = ${to} WHERE consumer_group = $1`, [GROUP])
}

/** The offsets of the books, summed over the partitions of the topic. */
async function entered(): Promise<number> {
  const { rows } = await pool.query<{ sum: string }>(
    'SELECT sum(next_offset) FROM kafka_offsets WHERE consumer_group = $1 AND topic = $2',
    [GROUP, topic],
  )
  return Number(rows[0]?.sum)
}

describe('royalties', () => {
  it('counts streams of 30 s or more; flagged ones are kept and not counted; shorter ones are nobody’s', async () => {
    await start()
    const account = newAccount()
    const whole = ended(account, { ms_played: 30_000 })
    const flagged = ended(account, { ms_played: 90_000, flags: ['claim-exceeds-elapsed'] })
    const last = ended(account, { ms_played: 55_000, device_id: 'nul \0 in a name' })
    for (const record of [whole, ended(account, { ms_played: 29_999 }), flagged]) await append(record)
    await playbackLog.append(account, Buffer.from('nonsense'))
    await append(last)
    await until(
      () => rowsOf(account),
      (rows) => rows.length >= 3,
    )
    expect(await rowsOf(account)).toEqual(
      [
        { stream_id: whole.stream_id, counted: true, flags: [], ms_played: 30_000 },
        { stream_id: flagged.stream_id, counted: false, flags: ['claim-exceeds-elapsed'], ms_played: 90_000 },
        { stream_id: last.stream_id, counted: true, flags: [], ms_played: 55_000 },
      ].sort((a, b) => (a.stream_id < b.stream_id ? -1 : 1)),
    )
  })

  it('keeps the longest of several ends of a stream, the first of equal ones, and never two rows', async () => {
    const worker = await start()
    await worker.untilReady()
    const account = newAccount()
    // The reaper thought the gateway dead: too short an end to be owed anything, then the real one.
    const short = ended(account, { ms_played: 20_000, reason_end: 'lost' })
    const grown = ended(account, { ms_played: 35_000, reason_end: 'lost', reason_start: 'reconnect' })
    const shrunk = ended(account, { ms_played: 50_000, reason_end: 'completed' })
    const equal = ended(account, { ms_played: 40_000, reason_end: 'completed' })
    const firstEnds = [short, grown, shrunk, equal]
    for (const record of firstEnds) await append(record)
    await until(
      () => rowsOf(account),
      (rows) => rows.length === 3,
    )
    const last = ended(account)
    await append({ ...short, ms_played: 61_000, reason_end: 'next' })
    await append({ ...grown, ms_played: 90_000, reason_end: 'next', flags: ['claim-exceeds-elapsed'] })
    await append({ ...shrunk, ms_played: 30_000, reason_end: 'lost' })
    await append({ ...equal, reason_end: 'lost' })
    await append(last)
    await until(
      () => rowsOf(account),
      (rows) => rows.length === 5,
    )
    const { rows } = await pool.query(
      `SELECT stream_id, ms_played, counted, reason_start, reason_end FROM royalty_streams WHERE listener_id = $1`,
      [account],
    )
    const row = ({ stream_id }: StreamEnded) => rows.find((found) => found.stream_id === stream_id)
    expect(row(short)).toMatchObject({ ms_played: 61_000, reason_end: 'next', counted: true, reason_start: 'pick' })
    expect(row(grown)).toMatchObject({ ms_played: 90_000, counted: false, reason_start: 'reconnect' })
    expect(row(shrunk)).toMatchObject({ ms_played: 50_000, reason_end: 'completed' })
    expect(row(equal)).toMatchObject({ ms_played: 40_000, reason_end: 'completed' })
    expect(rows).toHaveLength(5)
    const metrics = await (await fetch(`${worker.http}/metrics`)).text()
    expect(metrics).toMatch(/segue_royalties_streams_total\{result="longer"\} 1\n/)
  })

  it('is exact over crashes, a rebalance and Kafka’s own offsets gone astray', async () => {
    const account = newAccount()
    const sent = new Set<string>()
    let sending = true
    const sender = (async () => {
      for (let i = 0; sending; i++) {
        const record = ended(`${account}-${i % 20}`, { ms_played: 31_000 + i })
        sent.add(record.stream_id)
        await append(record)
        if (i % 10 === 0) await append(record)
        await wait(2)
      }
    })()
    const first = await start()
    await first.untilReady()
    await wait(700)
    await end(first, 'SIGKILL')
    const second = await start()
    const third = await start()
    await second.untilReady()
    await wait(1_500)
    await end(second, 'SIGTERM')
    await wait(1_500)
    await end(third, 'SIGKILL')
    sending = false
    await sender
    await rewindTopic(kafka, GROUP)
    await start()
    await until(
      () => rowsOf(account),
      (rows) => rows.length >= sent.size,
    )
    const rows = await rowsOf(account)
    expect(new Set(rows.map((row) => row.stream_id))).toEqual(sent)
    expect(rows).toHaveLength(sent.size)
    // Partitions where none of these play may take longer: what other tests left there is read too.
    const whole = await endOfTopic(kafka)
    expect(await until(entered, (sum) => sum >= whole)).toBe(whole)
  })

  it('begins at the beginning when its books are lost, in partitions too where nobody plays any more', async () => {
    const account = newAccount()
    const sent = Array.from({ length: 24 }, (_, n) => ended(`${account}-${n}`))
    for (const record of sent) await append(record)
    const before = await start()
    await until(
      () => rowsOf(account),
      (rows) => rows.length === sent.length,
    )
    await end(before, 'SIGTERM')
    const lost = await createTestDatabase(env, 'royalties_lost')
    await migratePostgres(lost.url)
    const books = createPool(lost.url, { applicationName: 'test' })
    const after = await startWorkers({ ...env, ...lost.env }, ['royalties'])
    workers.add(after)
    await until(
      async () =>
        (await books.query('SELECT FROM royalty_streams WHERE listener_id LIKE $1', [`${account}%`])).rowCount,
      (count) => count === sent.length,
    )
    await end(after, 'SIGTERM')
    await books.end()
    await lost.drop()
  })

  it('does not let a reader of an older generation turn the books back', async () => {
    const account = newAccount()
    await start()
    await append(ended(account))
    await until(
      () => rowsOf(account),
      (rows) => rows.length === 1,
    )
    const books = `SELECT partition, next_offset FROM kafka_offsets WHERE consumer_group = '${GROUP}' ORDER BY partition`
    await Promise.all([...workers].map((worker) => end(worker, 'SIGTERM')))
    // A reader of the present generation has brought the books further than this one, a zombie, will ever read.
    await moveBooks('next_offset + 1000')
    const before = (await pool.query(books)).rows
    await rewindTopic(kafka, GROUP)
    const zombie = await start()
    // When the end of its partition is in the books, so is all that was before it.
    await append(ended(account))
    await until(
      () => rowsOf(account),
      (rows) => rows.length === 2,
    )
    await end(zombie, 'SIGTERM')
    expect((await pool.query(books)).rows).toEqual(before)
    await moveBooks('next_offset - 1000')
  })

  it('holds, unready, at a record of another version, and pays what is behind it when it is gone', async () => {
    const account = newAccount()
    const worker = await start()
    await worker.untilReady()
    await append({ ...ended(account), v: 2 as 1 })
    const behind = ended(account)
    await append(behind)
    await until(
      async () => (await fetch(`${worker.http}/readyz`)).status,
      (status) => status === 503,
    )
    // No batch comes any more, and all the same it is told how many wait.
    await append(ended(account))
    const told = async () => (await fetch(`${worker.http}/metrics`)).text()
    const waiting = (text: string) =>
      [...text.matchAll(/segue_worker_lag_records\{worker="royalties",partition="\d+"\} (\d+)/g)].map(([, n]) =>
        Number(n),
      )
    await until(told, (text) => waiting(text).includes(3))
    expect(await rowsOf(account)).toEqual([])
    expect(worker.output()).toMatch(/a partition is held by a record of another version/)
    expect(await worker.kill('SIGTERM')).toBe(0)
    workers.delete(worker)
    // Nobody here knows the version: it is taken out of the way of the tests that follow.
    await forgetTopic(kafka)
    await append(behind)
    await start()
    await until(
      () => rowsOf(account),
      (rows) => rows.length === 1,
    )
  })

  it('goes on, and says so, when topic and books disagree', async () => {
    // The books are ahead: the topic was made anew.
    const account = newAccount()
    await rewindTopic(kafka, GROUP)
    await moveBooks('next_offset + 1000000')
    await append(ended(account))
    const first = await start()
    await until(
      () => rowsOf(account),
      (rows) => rows.length === 1,
    )
    await end(first, 'SIGTERM')

    // The books are behind what the topic still has.
    const later = newAccount()
    await append(ended(later))
    await forgetTopic(kafka)
    await append(ended(later))
    await moveBooks('0')
    const second = await start()
    await until(
      () => rowsOf(later),
      (rows) => rows.length === 1,
    )
    const metrics = await (await fetch(`${second.http}/metrics`)).text()
    expect(Number(/segue_royalties_gap_records_total (\d+)/.exec(metrics)?.[1])).toBeGreaterThan(0)
  })
})
