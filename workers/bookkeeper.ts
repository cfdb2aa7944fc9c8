/** Owns a worker whose effects are in PostgreSQL: each batch entered in one transaction with the offset it was read at. */

import {
  type BatchControl,
  type ConsumedBatch,
  type RunningConsumer,
  runConsumer,
  UNHURRIED,
} from '../infra/kafka/consumer.ts'
import { inTransaction, type Pool, type PoolClient } from '../infra/postgres/client.ts'
import { TOPICS } from '../protocol/events/topics.ts'
import { lagOf } from './metrics.ts'
import { lockOffset, moveOffset, readOffset } from './offset-book.ts'
import { UnknownVersionError } from './playback-record.ts'
import { untilDone } from './retry.ts'
import { SentBack } from './sent-back.ts'
import { Troubles } from './troubles.ts'
import { DRAIN_WITHIN_MS, type Worker, type WorkerContext } from './worker.ts'

type Bookkeeper = 'royalties' | 'ads'

export interface Books<Entered> {
  readonly name: Bookkeeper
  readonly clientId: string
  readonly group: string
  readonly pool: Pool
  /** Enters a batch; it may come again, whole or in part. */
  enter(client: PoolClient, batch: ConsumedBatch): Promise<Entered>
  /** It is entered. */
  entered(outcome: Entered): void | Promise<void>
  /** Kafka no longer had so many offsets when they were to be read. */
  gap(records: number): void
  /** Of what `enter` uses beside the pool. */
  close?(): Promise<void>
}

/** How a batch ended: entered in the books, or to be read again from where the books stand. */
type Outcome<Entered> =
  | { readonly kind: 'entered'; readonly what: Entered }
  | { readonly kind: 'ahead'; readonly booksAt: bigint }

export function createBookkeeper<Entered>(
  { config, metrics, tracing, log }: WorkerContext<Bookkeeper>,
  { name, clientId, group, pool, ...books }: Books<Entered>,
): Worker {
  const troubles = new Troubles()
  const sentBack = new SentBack()
  let consumer: RunningConsumer | undefined

  async function enter(batch: ConsumedBatch, signal: AbortSignal): Promise<Outcome<Entered>> {
    const at = { group, topic: batch.topic, partition: batch.partition }
    const first = batch.records[0]?.offset ?? batch.nextOffset
    return await inTransaction(pool, async (client): Promise<Outcome<Entered>> => {
      const booksAt = await lockOffset(client, at)
      if (first > booksAt && !sentBack.knows(batch.partition, booksAt, signal)) return { kind: 'ahead', booksAt }
      // Waiting for the lock may have taken long: a partition that was given away meanwhile is the other's to move.
      signal.throwIfAborted()
      if (first > booksAt) {
        books.gap(Number(first - booksAt))
        log.error(
          { ...at, from: String(booksAt), to: String(first) },
          'Kafka no longer has records that the books lack',
        )
      }
      // Those below the offset of the books too: the key keeps them single, and a topic that was made anew begins below it.
      const what = await books.enter(client, batch)
      // A reader of an older generation comes with what is entered already, and must not turn the books back.
      if (batch.nextOffset > booksAt) await moveOffset(client, at, batch.nextOffset)
      return { kind: 'entered', what }
    })
  }

  /** Until it works, or the partition is another's; meanwhile the worker is not ready. */
  async function insist(batch: ConsumedBatch, signal: AbortSignal): Promise<Outcome<Entered>> {
    const { partition } = batch
    try {
      return await untilDone(() => enter(batch, signal), {
        signal,
        onFailure(error, pauseMs) {
          troubles.begin(partition)
          metrics.retries.inc({ worker: name })
          const details = { err: error, partition, pause_ms: pauseMs }
          // In vain here, until a worker that knows the version takes over: a rolling deploy may end in a moment.
          if (error instanceof UnknownVersionError)
            log.error(details, 'a partition is held by a record of another version')
          else log.warn(details, 'the books do not take a batch, trying again')
        },
      })
    } finally {
      troubles.end(partition)
    }
  }

  async function handle(batch: ConsumedBatch, control: BatchControl): Promise<void> {
    const outcome = await control.during('postgres transaction', () => insist(batch, control.signal))
    if (outcome.kind === 'ahead') {
      sentBack.note(batch.partition, outcome.booksAt, control.signal)
      control.seek(outcome.booksAt)
      return
    }
    sentBack.forget(batch.partition)
    await books.entered(outcome.what)
    // A hint for the next start, and for whoever watches the lag of the group; what counts is in the books.
    await control.commit(batch.nextOffset)
  }

  return {
    name,
    async start() {
      const topic = TOPICS.playbackEvents.name
      const booksAt = (partition: number) => readOffset(pool, { group, topic, partition })
      const options = {
        clientId,
        groupId: group,
        topic,
        gather: UNHURRIED,
        booksAt,
        tracing,
        lag: lagOf(metrics, name),
        handle,
      }
      consumer = runConsumer(config.kafka, options, log)
    },
    ready: () => !troubles.any && consumer?.joined() === true,
    async drain(deadline) {
      await consumer?.stop(Math.min(deadline - Date.now(), DRAIN_WITHIN_MS))
    },
    async stop() {
      await consumer?.stop(DRAIN_WITHIN_MS)
      await pool.end()
      await books.close?.()
    },
  }
}
