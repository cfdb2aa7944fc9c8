import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { type ClickHouseClient, createClickHouse } from '../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../infra/clickhouse/config.ts'
import { createKafka } from '../../infra/kafka/client.ts'
import { adminKafkaConfig } from '../../infra/kafka/config.ts'
import { createPlaybackLog, type PlaybackLog } from '../../infra/kafka/producer.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { createLogger } from '../../infra/runtime/log.ts'
import type { PlaybackRecord } from '../../protocol/events/playback-record.ts'
import { encodeRecord } from '../../protocol/events/record-codec.ts'
import { TOPICS } from '../../protocol/events/topics.ts'
import { ended, event, newAccount, started, telemetry } from '../testing/records.ts'
import { type StoreProxy, startStoreProxy } from '../testing/store-proxy.ts'
import { forgetTopic } from '../testing/topic-moves.ts'
import { until } from '../testing/until.ts'
import { startWorkers, type WorkerProcess } from '../testing/worker-process.ts'

const log = createLogger('test', 'warn')
const env = inject('stackEnv')
const kafka = readEnv(env, adminKafkaConfig)
let store: ClickHouseClient
let playbackLog: PlaybackLog
let proxy: StoreProxy
let worker: WorkerProcess | undefined

beforeAll(async () => {
  store = createClickHouse(readEnv(env, clickhouseConfig))
  playbackLog = createPlaybackLog(kafka, 'test', log)
  proxy = await startStoreProxy(env.SEGUE_CLICKHOUSE_URL ?? '')
})
afterEach(async () => {
  proxy.mode = 'pass'
  await worker?.kill('SIGTERM')
  worker = undefined
})
afterAll(async () => {
  await playbackLog.stop()
  await proxy.stop()
  await store.close()
})

const start = async () => {
  const begun = await startWorkers({ ...env, SEGUE_CLICKHOUSE_URL: proxy.url }, ['ingest'])
  worker = begun
  return begun
}
const append = (record: PlaybackRecord) => playbackLog.append(record.account_id, encodeRecord(record))

/** Plainly counted, without FINAL: what an analyst gets who never heard of it. */
async function count(account: string, table = 'playback_events'): Promise<number> {
  const result = await store.query({
    query: `SELECT count() AS n FROM ${table} WHERE account_id = {account:String}`,
    query_params: { account },
    format: 'JSONEachRow',
  })
  const [row] = await result.json<{ n: string }>()
  return Number(row?.n)
}

describe('ingest', () => {
  it('keeps what a player says of its transport, and none of what it does not say', async () => {
    const account = newAccount()
    await (await start()).untilReady()
    const said = { top_kbps: 320, throughput_kbps: 4_800, starved: true, starting: false } as const
    await append(telemetry(account, [event(said), event()]))
    await until(
      () => count(account),
      (n) => n === 2,
    )
    const result = await store.query({
      query: `SELECT top_kbps, throughput_kbps, starved, starting FROM playback_events WHERE account_id = {account:String} ORDER BY seq`,
      query_params: { account },
      format: 'JSONEachRow',
    })
    const silent = { top_kbps: null, throughput_kbps: null, starved: null, starting: null }
    expect(await result.json()).toEqual([said, silent])
  })

  it('keeps the fence of the lease that a stream and an event were played under, and that the event is stale', async () => {
    await start()
    const account = newAccount()
    await append(started(account, { fence: 1_794_000_000_123 }))
    await append(telemetry(account, [event({ fence: 1_794_000_000_123, stale: true })]))
    await until(
      async () => [await count(account, 'streams'), await count(account)],
      ([streams, events]) => streams === 1 && events === 1,
    )
    for (const table of ['streams', 'playback_events']) {
      const result = await store.query({
        query: `SELECT toString(fence) AS fence FROM ${table} WHERE account_id = {account:String}`,
        query_params: { account },
        format: 'JSONEachRow',
      })
      expect(await result.json()).toEqual([{ fence: '1794000000123' }])
    }
    const marks = await store.query({
      query: 'SELECT stale FROM playback_events WHERE account_id = {account:String}',
      query_params: { account },
      format: 'JSONEachRow',
    })
    expect(await marks.json()).toEqual([{ stale: true }])
  })

  it('writes each event once, though it was resent by another session and under other offsets', async () => {
    const process = await start()
    const account = newAccount()
    const events = Array.from({ length: 40 }, () => event())
    const first = telemetry(account, events)
    // Twice in one record, the record twice, the events again from another session, in one batch and in later ones.
    await Promise.all([append({ ...first, events: [...events, ...events.slice(0, 5)] }), append(first)])
    await append(telemetry(account, events.slice(10)))
    await until(
      () => count(account),
      (n) => n === 40,
    )
    await append(telemetry(account, events.slice(0, 20)))
    const last = event()
    await append(telemetry(account, [last]))
    await until(
      () => count(account),
      (n) => n >= 41,
    )
    expect(await count(account)).toBe(41)

    // The same id from another account is another event.
    const other = newAccount()
    await append(telemetry(other, events.slice(0, 3)))
    await until(
      () => count(other),
      (n) => n === 3,
    )
    expect(await process.kill('SIGTERM')).toBe(0)
  })

  it('holds a stream as started and as ended, each once; the longest of several ends stays', async () => {
    await start()
    const account = newAccount()
    const begin = started(account)
    const end = ended(account, { stream_id: begin.stream_id, reason_end: 'next', ms_played: 12_345 })
    const lost = { ...end, reason_end: 'lost' as const, ms_played: 1 }
    const longest = { ...end, reason_end: 'completed' as const, ms_played: 54_321 }
    for (const record of [begin, end, begin, lost, longest, lost]) await append(record)
    await append(telemetry(account, [event()]))
    await until(
      () => count(account),
      (n) => n === 1,
    )
    const rows = await store.query({
      query: `SELECT reason_end, ms_played, count() OVER () AS n
        FROM streams FINAL WHERE account_id = {account:String}`,
      query_params: { account },
      format: 'JSONEachRow',
    })
    expect(await rows.json()).toEqual([{ reason_end: 'completed', ms_played: 54_321, n: 1 }])
  })

  it('killed after the insert and before the commit, has written each event once', async () => {
    const account = newAccount()
    const first = await start()
    await first.untilReady()
    const heldBefore = proxy.held
    proxy.mode = 'hold'
    await Promise.all(Array.from({ length: 30 }, () => append(telemetry(account, [event(), event()]))))
    await until(
      async () => proxy.held,
      (held) => held > heldBefore,
    )
    await first.kill('SIGKILL')
    expect(await count(account)).toBeGreaterThan(0)
    proxy.mode = 'pass'

    await start()
    await append(telemetry(account, [event()]))
    await until(
      () => count(account),
      (n) => n >= 61,
    )
    expect(await count(account)).toBe(61)
  })

  it('loses nothing while ClickHouse is away', async () => {
    const process = await start()
    await process.untilReady()
    const account = newAccount()
    proxy.mode = 'refuse'
    await append(telemetry(account, [event(), event(), event()]))
    await until(
      async () => (await fetch(`${process.http}/readyz`)).status,
      (status) => status === 503,
    )
    expect(await count(account)).toBe(0)
    proxy.mode = 'pass'
    await until(
      () => count(account),
      (n) => n === 3,
    )
    await until(
      async () => (await fetch(`${process.http}/readyz`)).status,
      (status) => status === 200,
    )
  })

  it('puts aside what cannot be read, as it came, and goes on with the rest', async () => {
    const process = await start()
    const account = newAccount()
    const garbage = Buffer.from([0xc1, 0xff, 0x00, 0x7f])
    const notARecord = encodeRecord({ type: 'telemetry', v: 1 } as unknown as PlaybackRecord)
    const distantPast = telemetry(account, [event({ at_ms: 5 })])
    await append(telemetry(account, [event()]))
    await playbackLog.append(account, garbage)
    await playbackLog.append(account, notARecord)
    await append(distantPast)
    // Half a surrogate pair, a NUL, an id of another kind and one of the far future: unusual, and no reason to stop.
    await append(
      telemetry(account, [
        event({ reason: 'half \ud800 and \0 nul' }),
        event({ id: 'ffffffff-ffff-7fff-bfff-ffffffffffff' }),
        event({ id: '11111111-1111-4111-8111-111111111111' }),
      ]),
    )
    await until(
      () => count(account),
      (n) => n === 4,
    )

    const dead = await deadLettersOf(account)
    expect(dead).toHaveLength(3)
    expect(dead[0]?.value).toEqual(garbage)
    expect(dead.map(({ reason }) => reason)).toEqual([
      expect.any(String),
      expect.stringMatching(/^not a playback record/),
      expect.stringMatching(/not a time of this century/),
    ])
    expect(await (await fetch(`${process.http}/metrics`)).text()).toMatch(/segue_ingest_dead_letters_total 3/)
  })

  it('puts aside a whole fetch of what cannot be read', async () => {
    const account = newAccount()
    // Fetched at once; with their reasons they are more than a broker takes at once.
    const garbage = Buffer.alloc(20, 0xc1)
    await Promise.all(Array.from({ length: 12_000 }, () => playbackLog.append(account, garbage)))
    await append(telemetry(account, [event()]))
    await start()
    await until(
      () => count(account),
      (n) => n === 1,
    )
    expect(await deadLettersOf(account, 12_000)).toHaveLength(12_000)
  })

  it('holds, unready, at a record of another version, and puts nothing aside', async () => {
    const account = newAccount()
    const process = await start()
    await process.untilReady()
    await append({ ...started(account), v: 2 as 1 })
    await append(telemetry(account, [event()]))
    await until(
      async () => (await fetch(`${process.http}/readyz`)).status,
      (status) => status === 503,
    )
    await wait(1_500)
    expect(await count(account)).toBe(0)
    expect(process.output()).toMatch(/a partition is held by a record of another version/)
    expect(await (await fetch(`${process.http}/metrics`)).text()).toMatch(/segue_ingest_dead_letters_total 0/)
    expect(await process.kill('SIGTERM')).toBe(0)
    // Those who come after must not meet it: nobody here knows the version.
    await forgetTopic(kafka)
  })
})

async function deadLettersOf(account: string, atLeast = 3) {
  const consumer = createKafka(kafka, 'test', log).consumer({ groupId: `test-${account}` })
  const found: { value: Buffer | null; reason: string }[] = []
  await consumer.connect()
  await consumer.subscribe({ topic: TOPICS.playbackEventsDead.name, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message: { key, value, headers } }) => {
      if (key?.toString() === account) found.push({ value, reason: String(headers?.reason) })
    },
  })
  await until(
    async () => found.length,
    (n) => n >= atLeast,
  )
  await consumer.disconnect()
  return found
}
