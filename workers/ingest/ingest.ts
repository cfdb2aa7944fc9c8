/** Owns the worker `ingest`: playback records into ClickHouse, each event once, however often it was sent or delivered. */

import { createClickHouse } from '../../infra/clickhouse/client.ts'
import { type PlaybackRows, writePlayback } from '../../infra/clickhouse/playback-writer.ts'
import { type BatchControl, type ConsumedBatch, type RunningConsumer, runConsumer } from '../../infra/kafka/consumer.ts'
import { createDeadLetters, type DeadLetter, slicesOf } from '../../infra/kafka/dead-letters.ts'
import { TOPICS } from '../../protocol/events/topics.ts'
import { readRecord, UnknownVersionError } from '../playback-record.ts'
import { untilDone } from '../retry.ts'
import { Troubles } from '../troubles.ts'
import { type CreateWorker, DRAIN_WITHIN_MS } from '../worker.ts'
import { GroupWriter } from './group-writer.ts'
import { rowsOf } from './rows.ts'

const NAME = 'ingest'
const CLIENT_ID = 'segue-ingest'

export const createIngest: CreateWorker = ({ config, metrics, log }) => {
  const clickhouse = createClickHouse(config.clickhouse, { application: CLIENT_ID })
  const deadLetters = createDeadLetters(config.kafka, CLIENT_ID, log)
  const troubles = new Troubles()
  let storeFails = false
  let consumer: RunningConsumer | undefined

  const writer = new GroupWriter({
    write: (rows) => writePlayback(clickhouse, rows),
    onWritten({ written, repeated }) {
      storeFails = false
      metrics.ingestRows.inc({ result: 'written' }, written)
      metrics.ingestRows.inc({ result: 'repeated' }, repeated)
      metrics.ingestBatch.observe(written)
    },
    onFailure(error, pauseMs) {
      storeFails = true
      metrics.retries.inc({ worker: NAME })
      log.warn({ err: error, pause_ms: pauseMs }, 'ClickHouse does not take rows, trying again')
    },
  })

  /** Until it works; meanwhile the worker is not ready. */
  async function insist<T>(partition: number, signal: AbortSignal, why: string, attempt: () => Promise<T>): Promise<T> {
    try {
      return await untilDone(attempt, {
        signal,
        onFailure(error, pauseMs) {
          troubles.begin(partition)
          metrics.retries.inc({ worker: NAME })
          log.error({ err: error, partition, pause_ms: pauseMs }, why)
        },
      })
    } finally {
      troubles.end(partition)
    }
  }

  async function bury(letters: readonly DeadLetter[], partition: number, signal: AbortSignal): Promise<void> {
    for (const slice of slicesOf(letters)) {
      await insist(partition, signal, 'dead letters are not taken, trying again', () => deadLetters.put(slice))
      metrics.deadLetters.inc(slice.length)
      log.error({ records: slice.length, reason: slice[0]?.reason }, 'records that cannot be read were put aside')
    }
  }

  async function handle(batch: ConsumedBatch, control: BatchControl): Promise<void> {
    const { partition } = batch
    const { signal } = control
    // In vain here, until a worker that knows the version takes over: a rolling deploy may end in a moment.
    const held = 'a partition is held by a record of another version'
    const { rows, letters } = await insist(partition, signal, held, async () => sort(batch))
    await bury(letters, partition, signal)
    await writer.add(rows, signal).catch((error: unknown) => {
      // Its partitions are another's now, and so is their failing; what is still ours fails again in a moment.
      storeFails = false
      throw error
    })
    await control.commit(batch.nextOffset)
    metrics.lag.set({ worker: NAME, partition }, Number(batch.endOffset - batch.nextOffset))
  }

  return {
    name: NAME,
    async start() {
      consumer = runConsumer(
        config.kafka,
        {
          clientId: CLIENT_ID,
          groupId: 'segue.ingest',
          topic: TOPICS.playbackEvents.name,
          concurrency: TOPICS.playbackEvents.partitions,
          handle,
        },
        log,
      )
    },
    ready: () => !storeFails && !troubles.any && consumer?.joined() === true,
    async drain(deadline) {
      await consumer?.stop(Math.min(deadline - Date.now(), DRAIN_WITHIN_MS))
    },
    async stop() {
      await consumer?.stop(DRAIN_WITHIN_MS)
      await Promise.all([deadLetters.stop(), clickhouse.close()])
    },
  }
}

/**
 * What can be read becomes rows; what nobody can read, now or ever, a dead letter.
 * @throws {UnknownVersionError} when some can be read, and not here.
 */
function sort(batch: ConsumedBatch): { rows: PlaybackRows; letters: DeadLetter[] } {
  const { topic, partition } = batch
  const letters: DeadLetter[] = []
  const each: PlaybackRows[] = []
  for (const record of batch.records) {
    try {
      each.push(rowsOf(readRecord(record.value)))
    } catch (error) {
      if (error instanceof UnknownVersionError) throw error
      letters.push({ record, topic, partition, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return {
    rows: { events: each.flatMap(({ events }) => events), streams: each.flatMap(({ streams }) => streams) },
    letters,
  }
}
