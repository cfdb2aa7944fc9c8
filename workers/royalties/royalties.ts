/** Owns the worker `royalties`: each stream of 30 s or more into PostgreSQL, in one transaction with the offset it was read at. */

import { type BatchControl, type ConsumedBatch, type RunningConsumer, runConsumer } from '../../infra/kafka/consumer.ts'
import { createPool, inTransaction } from '../../infra/postgres/client.ts'
import { TOPICS } from '../../protocol/events/topics.ts'
import { readRecord } from '../playback-record.ts'
import { untilDone } from '../retry.ts'
import { type CreateWorker, DRAIN_WITHIN_MS } from '../worker.ts'
import { enterStreams, lockOffset, moveOffset } from './royalty-book.ts'
import { type RoyaltyStream, royaltyStreamOf } from './royalty-stream.ts'

const NAME = 'royalties'
const CLIENT_ID = 'segue-royalties'
const GROUP = 'segue.royalties'

/** How a batch ended: entered in the books, or to be read again from where the books stand. */
type Outcome =
  | { readonly kind: 'entered'; readonly streams: readonly RoyaltyStream[]; readonly fresh: Set<string> }
  | { readonly kind: 'ahead'; readonly booksAt: bigint }

export const createRoyalties: CreateWorker = ({ config, metrics, log }) => {
  const pool = createPool(config.postgres.url, { applicationName: CLIENT_ID, log })
  let failing = false
  let consumer: RunningConsumer | undefined
  /** Where a partition was last sent back to: when Kafka still begins later, it no longer has what is between. */
  const sentBack = new Map<number, bigint>()

  function enter(batch: ConsumedBatch, signal: AbortSignal): Promise<Outcome> {
    const at = { group: GROUP, topic: batch.topic, partition: batch.partition }
    const first = batch.records[0]?.offset ?? batch.nextOffset
    return inTransaction(pool, async (client): Promise<Outcome> => {
      const booksAt = await lockOffset(client, at)
      if (first > booksAt && sentBack.get(batch.partition) !== booksAt) return { kind: 'ahead', booksAt }
      // Waiting for the lock may have taken long: a partition that was given away meanwhile is the other's to move.
      signal.throwIfAborted()
      if (first > booksAt) {
        metrics.royaltyGaps.inc(Number(first - booksAt))
        log.error(
          { ...at, from: String(booksAt), to: String(first) },
          'Kafka no longer has records that the books lack',
        )
      }
      // Those below the offset of the books too: the key keeps them single, and a topic that was made anew begins below it.
      const streams = read(batch)
      const fresh = await enterStreams(client, streams)
      // A reader of an older generation comes with what is entered already, and must not turn the books back.
      if (batch.nextOffset > booksAt) await moveOffset(client, at, batch.nextOffset)
      return { kind: 'entered', streams, fresh }
    })
  }

  /** The ended streams of a batch. What cannot be read is put aside by the worker `ingest`. */
  function read(batch: ConsumedBatch): RoyaltyStream[] {
    const streams: RoyaltyStream[] = []
    for (const { value } of batch.records) {
      const stream = royaltyStreamAt(value)
      if (stream === 'short') metrics.royaltyStreams.inc({ result: 'short' })
      else if (stream !== undefined) streams.push(stream)
    }
    return streams
  }

  function royaltyStreamAt(value: Uint8Array | null): RoyaltyStream | 'short' | undefined {
    try {
      const record = readRecord(value)
      return record.type === 'stream-ended' ? (royaltyStreamOf(record) ?? 'short') : undefined
    } catch (error) {
      log.debug({ err: error }, 'a record that cannot be read')
      return undefined
    }
  }

  async function handle(batch: ConsumedBatch, control: BatchControl): Promise<void> {
    const outcome = await untilDone(() => enter(batch, control.signal), {
      signal: control.signal,
      onFailure(error, pauseMs) {
        failing = true
        metrics.retries.inc({ worker: NAME })
        log.warn({ err: error, pause_ms: pauseMs }, 'PostgreSQL does not take streams, trying again')
      },
    })
    failing = false
    if (outcome.kind === 'ahead') {
      sentBack.set(batch.partition, outcome.booksAt)
      control.seek(outcome.booksAt)
      return
    }
    sentBack.delete(batch.partition)
    for (const { stream_id, flags } of outcome.streams) {
      const result = !outcome.fresh.delete(stream_id) ? 'repeated' : flags.length === 0 ? 'counted' : 'uncounted'
      metrics.royaltyStreams.inc({ result })
    }
    metrics.lag.set({ worker: NAME, partition: batch.partition }, Number(batch.endOffset - batch.nextOffset))
    // A hint for the next start, and for whoever watches the lag of the group; what counts is in the books.
    await control.commit(batch.nextOffset)
  }

  return {
    name: NAME,
    async start() {
      consumer = runConsumer(
        config.kafka,
        { clientId: CLIENT_ID, groupId: GROUP, topic: TOPICS.playbackEvents.name, handle },
        log,
      )
    },
    ready: () => !failing && consumer?.joined() === true,
    async drain(deadline) {
      await consumer?.stop(Math.min(deadline - Date.now(), DRAIN_WITHIN_MS))
    },
    async stop() {
      await consumer?.stop(DRAIN_WITHIN_MS)
      await pool.end()
    },
  }
}
