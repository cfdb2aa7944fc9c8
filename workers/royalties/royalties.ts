/** Owns the worker `royalties`: each stream of 30 s or more into PostgreSQL, in one transaction with the offset it was read at. */

import { type BatchControl, type ConsumedBatch, type RunningConsumer, runConsumer } from '../../infra/kafka/consumer.ts'
import { createPool, inTransaction } from '../../infra/postgres/client.ts'
import { TOPICS } from '../../protocol/events/topics.ts'
import { UnknownVersionError } from '../playback-record.ts'
import { untilDone } from '../retry.ts'
import { Troubles } from '../troubles.ts'
import { type CreateWorker, DRAIN_WITHIN_MS } from '../worker.ts'
import { type EndedStreams, endedStreamsOf } from './ended-streams.ts'
import { type Entry, enterStreams, lockOffset, moveOffset } from './royalty-book.ts'
import { SentBack } from './sent-back.ts'

const NAME = 'royalties'
const CLIENT_ID = 'segue-royalties'
const GROUP = 'segue.royalties'

/** How a batch ended: entered in the books, or to be read again from where the books stand. */
type Outcome =
  | { readonly kind: 'entered'; readonly ended: EndedStreams; readonly entries: ReadonlyMap<string, Entry> }
  | { readonly kind: 'ahead'; readonly booksAt: bigint }

export const createRoyalties: CreateWorker = ({ config, metrics, log }) => {
  const pool = createPool(config.postgres.url, { applicationName: CLIENT_ID, log })
  const troubles = new Troubles()
  const sentBack = new SentBack()
  let consumer: RunningConsumer | undefined

  async function enter(batch: ConsumedBatch, signal: AbortSignal): Promise<Outcome> {
    const ended = endedStreamsOf(batch.records)
    const at = { group: GROUP, topic: batch.topic, partition: batch.partition }
    const first = batch.records[0]?.offset ?? batch.nextOffset
    return await inTransaction(pool, async (client): Promise<Outcome> => {
      const booksAt = await lockOffset(client, at)
      if (first > booksAt && !sentBack.knows(batch.partition, booksAt, signal)) return { kind: 'ahead', booksAt }
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
      const entries = await enterStreams(client, ended.streams)
      // A reader of an older generation comes with what is entered already, and must not turn the books back.
      if (batch.nextOffset > booksAt) await moveOffset(client, at, batch.nextOffset)
      return { kind: 'entered', ended, entries }
    })
  }

  /** Until it works, or the partition is another's; meanwhile the worker is not ready. */
  async function insist(batch: ConsumedBatch, signal: AbortSignal): Promise<Outcome> {
    const { partition } = batch
    try {
      return await untilDone(() => enter(batch, signal), {
        signal,
        onFailure(error, pauseMs) {
          troubles.begin(partition)
          metrics.retries.inc({ worker: NAME })
          const details = { err: error, partition, pause_ms: pauseMs }
          // In vain here, until a worker that knows the version takes over: a rolling deploy may end in a moment.
          if (error instanceof UnknownVersionError)
            log.error(details, 'a partition is held by a record of another version')
          else log.warn(details, 'PostgreSQL does not take streams, trying again')
        },
      })
    } finally {
      troubles.end(partition)
    }
  }

  function account({ streams, repeated, short, unreadable }: EndedStreams, entries: ReadonlyMap<string, Entry>): void {
    metrics.royaltyStreams.inc({ result: 'repeated' }, repeated)
    metrics.royaltyStreams.inc({ result: 'short' }, short)
    for (const { stream_id, flags } of streams) {
      const entry = entries.get(stream_id)
      const result = entry !== 'new' ? (entry ?? 'repeated') : flags.length === 0 ? 'counted' : 'uncounted'
      metrics.royaltyStreams.inc({ result })
    }
    const [first] = unreadable
    if (first === undefined) return
    metrics.royaltyUnreadable.inc(unreadable.length)
    log.error(
      { records: unreadable.length, offset: String(first.offset), reason: first.reason },
      'records that cannot be read were left out of the books',
    )
  }

  async function handle(batch: ConsumedBatch, control: BatchControl): Promise<void> {
    const outcome = await insist(batch, control.signal)
    if (outcome.kind === 'ahead') {
      sentBack.note(batch.partition, outcome.booksAt, control.signal)
      control.seek(outcome.booksAt)
      return
    }
    sentBack.forget(batch.partition)
    account(outcome.ended, outcome.entries)
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
    ready: () => !troubles.any && consumer?.joined() === true,
    async drain(deadline) {
      await consumer?.stop(Math.min(deadline - Date.now(), DRAIN_WITHIN_MS))
    },
    async stop() {
      await consumer?.stop(DRAIN_WITHIN_MS)
      await pool.end()
    },
  }
}
