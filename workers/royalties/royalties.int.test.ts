import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { createKafka } from '../../infra/kafka/client.ts'
import { kafkaConfig } from '../../infra/kafka/config.ts'
import { createPlaybackLog, type PlaybackLog } from '../../infra/kafka/producer.ts'
import { createPool, type Pool } from '../../infra/postgres/client.ts'
import { postgresConfig } from '../../infra/postgres/config.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { createLogger } from '../../infra/runtime/log.ts'
import type { StreamEnded } from '../../protocol/events/playback-record.ts'
import { encodeRecord } from '../../protocol/events/record-codec.ts'
import { TOPICS } from '../../protocol/events/topics.ts'
import { ended, newAccount } from '../testing/records.ts'
import { until } from '../testing/until.ts'
import { startWorkers, type WorkerProcess } from '../testing/worker-process.ts'

const log = createLogger('test', 'warn')
const env = inject('stackEnv')
const kafka = readEnv(env, kafkaConfig)
const topic = TOPICS.playbackEvents.name
let pool: Pool
let playbackLog: PlaybackLog
const workers = new Set<WorkerProcess>()

beforeAll(() => {
  pool = createPool(readEnv(env, postgresConfig).url, { applicationName: 'test' })
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

describe('royalties', () => {
  it('counts streams of 30 s or more; flagged ones are kept and not counted; shorter ones are nobody’s', async () => {
    await start()
    const account = newAccount()
    const whole = ended(account, { ms_played: 30_000 })
    const flagged = ended(account, { ms_played: 90_000, flags: ['claim-exceeds-elapsed'] })
    const last = ended(account, { ms_played: 55_000, device_id: 'nul \0 in a name' })
    for (const record of [whole, ended(account, { ms_played: 29_999 }), flagged]) await append(record)
    await playbackLog.append(account, Buffer.from('nonsense'))
    // Ended once more, by the reaper: the first end counts.
    await append({ ...whole, ms_played: 60_000, reason_end: 'lost' })
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
    await rewindKafka()
    await start()
    await until(
      () => rowsOf(account),
      (rows) => rows.length >= sent.size,
    )
    const rows = await rowsOf(account)
    expect(new Set(rows.map((row) => row.stream_id))).toEqual(sent)
    expect(rows).toHaveLength(sent.size)
    const { rows: offsets } = await pool.query<{ sum: string }>(
      `SELECT sum(next_offset) FROM kafka_offsets WHERE consumer_group = 'segue.royalties' AND topic = $1`,
      [topic],
    )
    expect(Number(offsets[0]?.sum)).toBe(await endOfTopic())
  })

  it('does not let a reader of an older generation turn the books back', async () => {
    const account = newAccount()
    await start()
    await append(ended(account))
    await until(
      () => rowsOf(account),
      (rows) => rows.length === 1,
    )
    const books = 'SELECT partition, next_offset FROM kafka_offsets ORDER BY partition'
    const before = (await pool.query(books)).rows
    await Promise.all([...workers].map((worker) => end(worker, 'SIGTERM')))
    // What is read again from the beginning is what a zombie would bring: everything, from long ago.
    await rewindKafka()
    const again = await start()
    await again.untilReady()
    await wait(2_000)
    expect((await pool.query(books)).rows).toEqual(before)
    expect(await rowsOf(account)).toHaveLength(1)
  })

  it('goes on, and says so, when topic and books disagree', async () => {
    // The books are ahead: the topic was made anew.
    const account = newAccount()
    await rewindKafka()
    await pool.query('UPDATE kafka_offsets SET next_offset = next_offset + 1000000')
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
    await forgetTopic()
    await append(ended(later))
    await pool.query('UPDATE kafka_offsets SET next_offset = 0')
    const second = await start()
    await until(
      () => rowsOf(later),
      (rows) => rows.length === 1,
    )
    const metrics = await (await fetch(`${second.http}/metrics`)).text()
    expect(Number(/segue_royalties_gap_records_total (\d+)/.exec(metrics)?.[1])).toBeGreaterThan(0)
  })
})

/** Deletes every record that the topic has now. */
async function forgetTopic(): Promise<void> {
  const admin = createKafka(kafka, 'test', log).admin()
  await admin.connect()
  const partitions = (await admin.fetchTopicOffsets(topic)).filter(({ high, low }) => high !== low)
  await admin.deleteTopicRecords({
    topic,
    partitions: partitions.map(({ partition, high }) => ({ partition, offset: high })),
  })
  await admin.disconnect()
}

/** Sets the group's offsets in Kafka to the beginning; nobody may be in the group. */
async function rewindKafka(): Promise<void> {
  const admin = createKafka(kafka, 'test', log).admin()
  await admin.connect()
  await until(
    async () => (await admin.describeGroups(['segue.royalties'])).groups[0]?.state,
    (state) => state === 'Empty' || state === 'Dead',
  )
  await admin.resetOffsets({ groupId: 'segue.royalties', topic, earliest: true })
  await admin.disconnect()
}

async function endOfTopic(): Promise<number> {
  const admin = createKafka(kafka, 'test', log).admin()
  await admin.connect()
  const partitions = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  return partitions.reduce((sum, { high }) => sum + Number(high), 0)
}
