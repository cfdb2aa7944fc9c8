/** Owns learning: records of the topic into memory, memory into lists and checkpoints. What is not saved is read again. */

import {
  type BatchControl,
  type ConsumedBatch,
  type RunningConsumer,
  runConsumer,
  UNHURRIED,
} from '../../../infra/kafka/consumer.ts'
import { groupOf } from '../../../infra/kafka/users.ts'
import type { NeighbourStore } from '../../../infra/redis/neighbour-store.ts'
import { TOPICS } from '../../../protocol/events/topics.ts'
import { lagOf } from '../../metrics.ts'
import { recordOrReason, UnknownVersionError } from '../../playback-record.ts'
import { untilDone } from '../../retry.ts'
import { SentBack } from '../../sent-back.ts'
import { Troubles } from '../../troubles.ts'
import { DRAIN_WITHIN_MS, type WorkerContext } from '../../worker.ts'
import { type Listen, listenOf } from './listen.ts'
import { MEMORY_LIMITS, Memory } from './memory.ts'
import { Publisher } from './publisher.ts'
import { packState, unpackState } from './state-bytes.ts'

export const NAME = 'recommend'
const CLIENT_ID = 'segue-recommend'
const GROUP = groupOf('recommend')
/** Joined for so long with nothing behind: every partition that has records has brought some. */
const SETTLED_MS = 3_000

export interface LearnerParts extends WorkerContext<'recommend'> {
  readonly store: NeighbourStore
}

export class Learner {
  readonly memory: Memory
  readonly #parts: LearnerParts
  readonly #sentBack = new SentBack()
  readonly #troubles = new Troubles()
  /** By partition, where it reads on, and where the saved state does. */
  readonly #readTo = new Map<number, bigint>()
  readonly #savedTo = new Map<number, bigint>()
  readonly #lagging = new Set<number>()
  #publisher: Publisher | undefined
  #consumer: RunningConsumer | undefined
  #joinedAtMs = Number.POSITIVE_INFINITY

  constructor(parts: LearnerParts) {
    this.#parts = parts
    const sessionsOfPartition = Math.ceil(parts.config.sessions / TOPICS.playbackEvents.partitions)
    this.memory = new Memory({ ...MEMORY_LIMITS, sessionsOfPartition })
  }

  get publisher(): Publisher | undefined {
    return this.#publisher
  }

  ready(): boolean {
    return !this.#troubles.any && this.#consumer?.joined() === true
  }

  async start(): Promise<void> {
    const { config, store, tracing, metrics, log } = this.#parts
    const edition = (await this.#restore()) ?? (await store.newEdition())
    const isPublished = (await store.edition()) === edition
    const { mostLists } = config
    this.#publisher = new Publisher({ memory: this.memory, store, edition, isPublished, mostLists })
    log.info({ edition, sessions: this.memory.sessions, tracks: this.memory.tracks }, 'learning goes on from here')
    this.#consumer = runConsumer(
      config.kafka,
      {
        clientId: CLIENT_ID,
        groupId: GROUP,
        topic: TOPICS.playbackEvents.name,
        gather: UNHURRIED,
        booksAt: async (partition) => this.#savedTo.get(partition) ?? 0n,
        tracing,
        lag: lagOf(metrics, NAME),
        handle: (batch, control) => this.#handle(batch, control),
      },
      log,
    )
  }

  async stop(): Promise<void> {
    await this.#consumer?.stop(DRAIN_WITHIN_MS)
    await this.save()
  }

  async publish(): Promise<void> {
    const { metrics } = this.#parts
    if (this.#consumer?.joined() !== true) this.#joinedAtMs = Number.POSITIVE_INFINITY
    else if (this.#joinedAtMs === Number.POSITIVE_INFINITY) this.#joinedAtMs = Date.now()
    const isCaughtUp = this.#lagging.size === 0 && Date.now() - this.#joinedAtMs >= SETTLED_MS
    metrics.recommendLists.inc((await this.#publisher?.publish(isCaughtUp)) ?? 0)
    metrics.recommendDirty.set(this.memory.dirty.size)
    metrics.recommendKnown.set({ what: 'tracks' }, this.memory.tracks)
    metrics.recommendKnown.set({ what: 'sessions' }, this.memory.sessions)
  }

  /** Partitions that have read on since. */
  async save(): Promise<void> {
    const { store } = this.#parts
    const edition = this.#publisher?.edition
    if (edition === undefined) return
    for (const [partition, readTo] of this.#readTo) {
      if (this.#savedTo.get(partition) === readTo) continue
      await store.saveState(partition, packState(this.memory, partition, { edition, readTo }))
      this.#savedTo.set(partition, readTo)
    }
  }

  /** @returns undefined: there is nothing to go on with, and all that Kafka has is learned anew. */
  async #restore(): Promise<number | undefined> {
    let edition: number | undefined
    for (const [partition, bytes] of await this.#parts.store.state()) {
      const place = unpackState(this.memory, partition, bytes)
      if (place === undefined || (edition !== undefined && place.edition !== edition)) return this.#forget()
      edition = place.edition
      this.#readTo.set(partition, place.readTo)
      this.#savedTo.set(partition, place.readTo)
    }
    return edition
  }

  #forget(): undefined {
    this.#parts.log.warn('the saved state is of another version, or of two learnings: all is learned anew')
    for (const partition of this.#readTo.keys()) this.memory.clear(partition)
    this.#readTo.clear()
    this.#savedTo.clear()
    return undefined
  }

  async #handle(batch: ConsumedBatch, control: BatchControl): Promise<void> {
    const { partition, nextOffset, endOffset } = batch
    const from = this.#place(batch, control)
    if (from === undefined) return
    const { listens, unreadable } = await this.#read(batch, control.signal)
    for (const { offset, listen } of listens) {
      if (offset < from) continue
      this.memory.take(partition, listen)
      this.#parts.metrics.recommendListens.inc({ result: listen.isSkip ? 'skipped' : 'heard' })
    }
    if (nextOffset > from) this.#readTo.set(partition, nextOffset)
    if (nextOffset < endOffset) this.#lagging.add(partition)
    else this.#lagging.delete(partition)
    const { metrics, log } = this.#parts
    if (unreadable > 0) {
      metrics.recommendUnreadable.inc(unreadable)
      log.error({ partition, records: unreadable }, 'records that cannot be read were left out')
    }
    // A hint for whoever watches the lag of the group; where it goes on is in the state.
    await control.commit(this.#savedTo.get(partition) ?? 0n)
  }

  /** From which offset on the batch is new; undefined: it was sent to where the state stands. */
  #place(batch: ConsumedBatch, control: BatchControl): bigint | undefined {
    const { partition, endOffset } = batch
    const { metrics, log } = this.#parts
    const first = batch.records[0]?.offset ?? batch.nextOffset
    const readTo = this.#readTo.get(partition) ?? 0n
    if (endOffset < readTo) {
      log.error({ partition, state: String(readTo) }, 'the topic ends before what was read: it is another one')
      this.memory.clear(partition)
      this.#readTo.set(partition, first)
      return first
    }
    if (first <= readTo) return readTo
    if (!this.#sentBack.knows(partition, readTo, control.signal)) {
      this.#sentBack.note(partition, readTo, control.signal)
      control.seek(readTo)
      return undefined
    }
    this.#sentBack.forget(partition)
    // Of the time before it began nothing was promised.
    if (readTo > 0n) {
      metrics.recommendGaps.inc(Number(first - readTo))
      log.error({ partition, from: String(readTo), to: String(first) }, 'Kafka no longer has what was not read')
    }
    return first
  }

  /** Until it works, or the partition is another's; meanwhile the worker is not ready. */
  async #read({ partition, records }: ConsumedBatch, signal: AbortSignal) {
    const { metrics, log } = this.#parts
    try {
      return await untilDone(async () => listensOf(records), {
        signal,
        onFailure: (error, pauseMs) => {
          if (!(error instanceof UnknownVersionError)) throw error
          this.#troubles.begin(partition)
          metrics.retries.inc({ worker: NAME })
          log.error({ err: error, partition, pause_ms: pauseMs }, 'a partition is held by a record of another version')
        },
      })
    } finally {
      this.#troubles.end(partition)
    }
  }
}

function listensOf(records: ConsumedBatch['records']) {
  const listens: { offset: bigint; listen: Listen }[] = []
  let unreadable = 0
  for (const { offset, value } of records) {
    const record = recordOrReason(value)
    if (typeof record === 'string') {
      unreadable += 1
      continue
    }
    const listen = listenOf(record)
    if (listen !== undefined) listens.push({ offset, listen })
  }
  return { listens, unreadable }
}
