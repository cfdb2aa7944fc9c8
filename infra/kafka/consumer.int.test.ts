import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { KafkaJSNonRetriableError } from 'kafkajs'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { TOPICS } from '../../protocol/events/topics.ts'
import { readEnv } from '../runtime/env.ts'
import { createLogger } from '../runtime/log.ts'
import { createKafka } from './client.ts'
import { adminKafkaConfig } from './config.ts'
import { type ConsumedBatch, type RunningConsumer, runConsumer } from './consumer.ts'

const log = createLogger('test', 'silent')
const config = readEnv(inject('stackEnv'), adminKafkaConfig)
/** One that no other test reads as records of playback. */
const topic = TOPICS.playbackEventsDead.name
let consumer: RunningConsumer | undefined

afterEach(() => consumer?.stop(1_000))

function consume(handle: (batch: ConsumedBatch) => Promise<void>): RunningConsumer {
  consumer = runConsumer(config, { clientId: 'test', groupId: `test-${randomUUID()}`, topic, handle }, log)
  return consumer
}

async function write(value: string): Promise<void> {
  const producer = createKafka(config, 'test', log).producer()
  await producer.connect()
  await producer.send({ topic, messages: [{ value }] })
  await producer.disconnect()
}

describe('a consumer', () => {
  /** Fails a few times before it takes the record; says how often it was seen to be no member. */
  async function readOver(failure: Error): Promise<number> {
    const value = randomUUID()
    await write(value)
    let failures = 0
    let outside = 0
    let found = false
    const running = consume(async ({ records }) => {
      if (failures++ < 2) throw failure
      found ||= records.some((record) => String(record.value) === value)
    })
    while (!found) {
      await wait(5)
      if (failures > 0 && !running.joined()) outside += 1
    }
    expect(running.joined()).toBe(true)
    return outside
  }

  it('reads on after a failure of its reader', async () => {
    await readOver(new Error('no'))
  })

  it('reads on after a failure that the library takes for beyond repair, and says that it is no member meanwhile', async () => {
    expect(await readOver(new KafkaJSNonRetriableError('never'))).toBeGreaterThan(0)
  })

  it('stops while it waits to start again', async () => {
    await write(randomUUID())
    let failures = 0
    const running = consume(async () => {
      failures += 1
      throw new KafkaJSNonRetriableError('never')
    })
    while (failures === 0 || running.joined()) await wait(5)
    const since = performance.now()
    await running.stop(1_000)
    expect(performance.now() - since).toBeLessThan(2_500)
    const before = failures
    await wait(2_000)
    expect(failures).toBe(before)
  })
})
