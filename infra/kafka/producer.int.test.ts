import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOPICS } from '../../protocol/events/topics.ts'
import { createLogger } from '../runtime/log.ts'
import type { Child } from '../stack/child.ts'
import { createKafka } from './client.ts'
import { runConsumer } from './consumer.ts'
import { createPlaybackLog, type PlaybackLog } from './producer.ts'
import { type BrokerPlace, findBrokerPlace } from './testing/own-broker.ts'
import { ensureTopics } from './topics.ts'

const log = createLogger('test', 'silent')
let place: BrokerPlace
let broker: Child
const config = () => place.admin

beforeAll(async () => {
  place = await findBrokerPlace()
  broker = await place.start()
  // As processes that start together.
  await Promise.all(Array.from({ length: 4 }, () => ensureTopics(config())))
})
afterAll(async () => {
  await broker?.stop('SIGKILL', 0)
  await place?.forget()
})

/** Appends one record after another, every few milliseconds, and keeps what became of each. */
function writeOn(playbackLog: PlaybackLog) {
  const acknowledged: string[] = []
  const refusals: { retriable: boolean; afterMs: number }[] = []
  const appends: Promise<void>[] = []
  let writing = true
  const loop = (async () => {
    for (let i = 0; writing; i++) {
      const id = `record-${String(i).padStart(6, '0')}`
      const since = performance.now()
      appends.push(
        playbackLog.append(`account-${i % 5}`, Buffer.from(id)).then(
          () => void acknowledged.push(id),
          ({ retriable }) => void refusals.push({ retriable, afterMs: performance.now() - since }),
        ),
      )
      await wait(3)
    }
  })()
  return {
    acknowledged,
    refusals,
    async stop() {
      writing = false
      await loop
      await Promise.all(appends)
    },
  }
}

/** Reads from the beginning until nothing of `wanted` is missing, or nothing has come for long. */
async function readAll(wanted: readonly string[]): Promise<ReadonlySet<string>> {
  const consumer = createKafka(config(), 'test', log).consumer({ groupId: 'test' })
  const found = new Set<string>()
  let quietSince = Date.now()
  await consumer.connect()
  await consumer.subscribe({ topic: TOPICS.playbackEvents.name, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      found.add(String(message.value))
      quietSince = Date.now()
    },
  })
  while (!wanted.every((id) => found.has(id)) && Date.now() - quietSince < 30_000) await wait(100)
  await consumer.disconnect()
  return found
}

describe('playback log on Kafka', () => {
  it('acknowledges nothing that is lost, refuses within bounds, and recovers by itself', async () => {
    const playbackLog = createPlaybackLog(config(), 'test', log)
    const writer = writeOn(playbackLog)
    const untilAcknowledged = async (more: number) => {
      const wanted = writer.acknowledged.length + more
      while (writer.acknowledged.length < wanted) await wait(20)
    }
    await untilAcknowledged(100)
    // Killed and restarted.
    await broker.stop('SIGKILL', 0)
    await wait(6_000)
    const whileDown = writer.acknowledged.length
    broker = await place.start()
    await untilAcknowledged(100)
    // Silent for longer than a request may take, then back.
    process.kill(broker.pid, 'SIGSTOP')
    await wait(6_000)
    process.kill(broker.pid, 'SIGCONT')
    await untilAcknowledged(100)
    await writer.stop()
    await playbackLog.stop()

    expect(whileDown).toBeLessThan(writer.acknowledged.length)
    expect(writer.refusals.length).toBeGreaterThan(0)
    expect(writer.refusals.every(({ retriable }) => retriable)).toBe(true)
    expect(Math.max(...writer.refusals.map(({ afterMs }) => afterMs))).toBeLessThan(10_000)
    const found = await readAll(writer.acknowledged)
    expect(writer.acknowledged.filter((id) => !found.has(id))).toEqual([])
    await expect(playbackLog.append('a', Buffer.from('late'))).rejects.toMatchObject({ reason: 'unavailable' })
  })
})

describe('a consumer', () => {
  it('reads on after a heartbeat that the broker, which stood still, took for one in time', async () => {
    const playbackLog = createPlaybackLog(config(), 'test', log)
    await playbackLog.append('a', Buffer.from('first'))
    const read: string[] = []
    let holds = true
    let left = false
    const consumer = runConsumer(
      config(),
      {
        clientId: 'test',
        groupId: 'test-still',
        topic: TOPICS.playbackEvents.name,
        async handle({ records }, { signal }) {
          if (holds) {
            process.kill(broker.pid, 'SIGSTOP')
            await new Promise((resolve) => signal.addEventListener('abort', resolve))
            holds = false
            left = true
            process.kill(broker.pid, 'SIGCONT')
            signal.throwIfAborted()
          }
          read.push(...records.map(({ value }) => String(value)))
        },
      },
      log,
    )
    while (!left) await wait(20)
    await playbackLog.append('a', Buffer.from('second')).catch(() => playbackLog.append('a', Buffer.from('second')))
    await expect.poll(() => read).toEqual(expect.arrayContaining(['first', 'second']))
    expect(consumer.joined()).toBe(true)
    await consumer.stop(1_000)
    await playbackLog.stop()
  })
})
