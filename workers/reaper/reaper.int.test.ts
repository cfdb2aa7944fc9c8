import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { createKafka } from '../../infra/kafka/client.ts'
import { adminKafkaConfig } from '../../infra/kafka/config.ts'
import { createRedis, type Redis } from '../../infra/redis/client.ts'
import { redisConfig } from '../../infra/redis/config.ts'
import { createSessionStore, type SessionStore } from '../../infra/redis/session-store.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { createLogger } from '../../infra/runtime/log.ts'
import { decodeRecord, encodeRecord } from '../../protocol/events/record-codec.ts'
import { TOPICS } from '../../protocol/events/topics.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import { ended, newAccount } from '../testing/records.ts'
import { until } from '../testing/until.ts'
import { startWorkers, type WorkerProcess } from '../testing/worker-process.ts'

const log = createLogger('test', 'warn')
const env = inject('stackEnv')
let redis: Redis
let store: SessionStore
let worker: WorkerProcess | undefined

beforeAll(() => {
  redis = createRedis(readEnv(env, redisConfig), log)
  store = createSessionStore(redis, { gatewayId: 'test', waitMs: 60_000 })
})
afterEach(async () => {
  await worker?.kill('SIGTERM')
  worker = undefined
})
afterAll(() => redis.disconnect())

const willOf = (account: string, stream = uuidv7(Date.now())) =>
  encodeRecord(ended(account, { stream_id: stream, reason_end: 'lost' }))

describe('reaper', () => {
  it('ends a stream once, when its lease runs out and not before', async () => {
    const account = newAccount()
    const seen = await readRecordsOf(account)
    worker = await startWorkers({ ...env, SEGUE_REAPER_INTERVAL_MS: '100', SEGUE_LEASE_MS: '2000' }, ['reaper'])
    await worker.untilReady()
    const [lost, kept] = [uuidv7(Date.now()), uuidv7(Date.now())]
    const save = (streamId: string, leaseMs: number) =>
      store.save({
        sessionId: streamId,
        epoch: 1,
        spoken: true,
        state: new Uint8Array(),
        stream: { streamId, accountId: account, record: willOf(account, streamId), leaseMs },
      })
    await save(lost, 4_000)
    await save(kept, 4_000)
    for (let i = 0; i < 10; i++) {
      await wait(100)
      expect(seen.records).toEqual([])
      await save(kept, 60_000)
    }
    await until(
      async () => seen.records.length,
      (n) => n > 0,
    )
    await wait(1_000)
    expect(seen.records.map((bytes) => decodeRecord(bytes))).toMatchObject([
      { type: 'stream-ended', stream_id: lost, reason_end: 'lost', account_id: account },
    ])
    expect(await (await fetch(`${worker.http}/metrics`)).text()).toMatch(
      /segue_reaper_sessions_total\{result="closed"\} [1-9]/,
    )
    await store.settle(kept, kept)
    await seen.stop()
  })
})

/** What Kafka gets for an account from now on. */
async function readRecordsOf(account: string) {
  const consumer = createKafka(readEnv(env, adminKafkaConfig), 'test', log).consumer({ groupId: `test-${account}` })
  const records: Uint8Array[] = []
  await consumer.connect()
  await consumer.subscribe({ topic: TOPICS.playbackEvents.name, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message: { key, value } }) => {
      if (key?.toString() === account && value !== null) records.push(value)
    },
  })
  return { records, stop: () => consumer.disconnect() }
}
