/** Owns the worker `ingest`: playback records into ClickHouse, each event once, however often it was sent or delivered. */

import { createClickHouse } from '../../infra/clickhouse/client.ts'
import { type PlaybackRows, writePlayback } from '../../infra/clickhouse/playback-writer.ts'
import { type BatchControl, type ConsumedBatch, type RunningConsumer, runConsumer } from '../../infra/kafka/consumer.ts'
import { createDeadLetters, type DeadLetter } from '../../infra/kafka/dead-letters.ts'
import { TOPICS } from '../../protocol/events/topics.ts'
import { readRecord } from '../playback-record.ts'
import { untilDone } from '../retry.ts'
import { type CreateWorker, DRAIN_WITHIN_MS } from '../worker.ts'
import { GroupWriter } from './group-writer.ts'
import { rowsOf } from './rows.ts'

const NAME = 'ingest'
const CLIENT_ID = 'segue-ingest'

export const createIngest: CreateWorker = ({ config, metrics, log }) => {
  const clickhouse = createClickHouse(config.clickhouse, { application: CLIENT_ID })
  const deadLetters = createDeadLetters(config.kafka, CLIENT_ID, log)
  let failing = false
  let consumer: RunningConsumer | undefined

  const writer = new GroupWriter({
    write: (rows) => writePlayback(clickhouse, rows),
    onWritten({ written, repeated }) {
      failing = false
      metrics.ingestRows.inc({ result: 'written' }, written)
      metrics.ingestRows.inc({ result: 'repeated' }, repeated)
      metrics.ingestBatch.observe(written)
    },
    onFailure(error, pauseMs) {
      failing = true
      metrics.retries.inc({ worker: NAME })
      log.warn({ err: error, pause_ms: pauseMs }, 'ClickHouse does not take rows, trying again')
    },
  })

  async function bury(letters: readonly DeadLetter[], signal: AbortSignal): Promise<void> {
    if (letters.length === 0) return
    await untilDone(() => deadLetters.put(letters), {
      signal,
      onFailure(error) {
        metrics.retries.inc({ worker: NAME })
        log.warn({ err: error }, 'dead letters are not taken, trying again')
      },
    })
    metrics.deadLetters.inc(letters.length)
    log.error({ records: letters.length, reason: letters[0]?.reason }, 'records that cannot be read were put aside')
  }

  async function handle(batch: ConsumedBatch, control: BatchControl): Promise<void> {
    const { rows, letters } = sort(batch)
    await bury(letters, control.signal)
    await writer.add(rows, control.signal)
    await control.commit(batch.nextOffset)
    metrics.lag.set({ worker: NAME, partition: batch.partition }, Number(batch.endOffset - batch.nextOffset))
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
    ready: () => !failing && consumer?.joined() === true,
    async drain(deadline) {
      await consumer?.stop(Math.min(deadline - Date.now(), DRAIN_WITHIN_MS))
    },
    async stop() {
      await consumer?.stop(DRAIN_WITHIN_MS)
      await Promise.all([deadLetters.stop(), clickhouse.close()])
    },
  }
}

/** What can be read becomes rows; what cannot, now or ever, a dead letter. */
function sort(batch: ConsumedBatch): { rows: PlaybackRows; letters: DeadLetter[] } {
  const { topic, partition } = batch
  const letters: DeadLetter[] = []
  const each: PlaybackRows[] = []
  for (const record of batch.records) {
    try {
      each.push(rowsOf(readRecord(record.value)))
    } catch (error) {
      letters.push({ record, topic, partition, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return {
    rows: { events: each.flatMap(({ events }) => events), streams: each.flatMap(({ streams }) => streams) },
    letters,
  }
}
