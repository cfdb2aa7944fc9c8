/** Owns the worker `ingest`: playback records into ClickHouse, each event once, however often it was sent or delivered. */

import { createClickHouse } from '../../infra/clickhouse/client.ts'
import { writePlayback, youngestEventMs } from '../../infra/clickhouse/playback-writer.ts'
import { type BatchControl, type ConsumedBatch, type RunningConsumer, runConsumer } from '../../infra/kafka/consumer.ts'
import { createDeadLetters, type DeadLetter, slicesOf } from '../../infra/kafka/dead-letters.ts'
import { groupOf } from '../../infra/kafka/users.ts'
import type { PlaybackRecord } from '../../protocol/events/playback-record.ts'
import { TOPICS } from '../../protocol/events/topics.ts'
import { lagOf } from '../metrics.ts'
import { recordOrReason } from '../playback-record.ts'
import { untilDone } from '../retry.ts'
import { Troubles } from '../troubles.ts'
import { type CreateWorker, DRAIN_WITHIN_MS } from '../worker.ts'
import { GroupWriter } from './group-writer.ts'
import { rowsOf } from './rows.ts'
import { SeenEvents } from './seen-events.ts'

const NAME = 'ingest'
const CLIENT_ID = 'segue-ingest'
/** An insert costs much the same with a hundred rows as with a thousand; this long the first of them waits at most. */
const GATHER = { bytes: 256 * 1024, withinMs: 150 } as const
/** Of whoever had a partition before: what it was still writing is there by then, or is asked about. */
const SETTLED_AFTER_MS = 15_000

export const createIngest: CreateWorker<'ingest'> = ({ config, metrics, tracing, log }) => {
  const clickhouse = createClickHouse(config.clickhouse, { application: CLIENT_ID })
  const deadLetters = createDeadLetters(config.kafka, CLIENT_ID, log)
  const troubles = new Troubles()
  const seen = new SeenEvents()
  /** By membership: no id of an event that came before it was made later. */
  const known = new WeakMap<AbortSignal, Promise<number>>()
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

  /** Asked once a membership: from then on all that comes, comes by here. */
  async function knownTo(signal: AbortSignal): Promise<number> {
    const asked = known.get(signal)
    if (asked !== undefined) return await asked
    const settledMs = Date.now() + SETTLED_AFTER_MS
    const asking = youngestEventMs(clickhouse).then((youngestMs) => Math.max(youngestMs, settledMs))
    known.set(signal, asking)
    try {
      return await asking
    } catch (error) {
      known.delete(signal)
      throw error
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
    const { records, letters } = await insist(partition, signal, held, async () => sort(batch))
    await bury(letters, partition, signal)
    const away = 'ClickHouse does not say what it has, trying again'
    const knownToMs = await insist(partition, signal, away, () => knownTo(signal))
    const isNew = (id: string, receivedMs: number) => seen.isNew(id, knownToMs, receivedMs)
    const rows = rowsOf(records, isNew)
    await control
      .during('clickhouse insert', () => writer.add(rows, signal))
      .catch((error: unknown) => {
        // Its partitions are another's now, and so is their failing; what is still ours fails again in a moment.
        storeFails = false
        throw error
      })
    await control.commit(batch.nextOffset)
  }

  return {
    name: NAME,
    async start() {
      consumer = runConsumer(
        config.kafka,
        {
          clientId: CLIENT_ID,
          groupId: groupOf('ingest'),
          topic: TOPICS.playbackEvents.name,
          gather: GATHER,
          concurrency: TOPICS.playbackEvents.partitions,
          tracing,
          lag: lagOf(metrics, NAME),
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
 * What can be read, and a dead letter of what nobody can read, now or ever.
 * @throws {UnknownVersionError} when some can be read, and not here.
 */
function sort(batch: ConsumedBatch): { records: PlaybackRecord[]; letters: DeadLetter[] } {
  const { topic, partition } = batch
  const letters: DeadLetter[] = []
  const records: PlaybackRecord[] = []
  for (const record of batch.records) {
    const read = recordOrReason(record.value)
    if (typeof read === 'string') letters.push({ record, topic, partition, reason: read })
    else records.push(read)
  }
  return { records, letters }
}
