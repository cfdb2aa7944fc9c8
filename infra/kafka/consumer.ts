/** Owns reading a topic in a group: batch after batch of one partition, and the offsets in the hands of the reader. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Admin, Batch, Consumer, EachBatchPayload, IHeaders } from 'kafkajs'
import type { Logger } from '../runtime/log.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { createKafka } from './client.ts'
import type { KafkaConfig } from './config.ts'
import { followBatch } from './followed-batch.ts'
import { committedOffsets, type LagGauge, LagWatch } from './lag-watch.ts'

export interface ConsumedRecord {
  readonly offset: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: IHeaders
}

export interface ConsumedBatch {
  readonly topic: string
  readonly partition: number
  readonly records: readonly ConsumedRecord[]
  /** Where the next batch begins; beyond the last record when Kafka has entries of its own between. */
  readonly nextOffset: bigint
  /** The offset that the next record of the partition will get. */
  readonly endOffset: bigint
}

export interface BatchControl {
  /** Aborted when the partition may be somebody else's from now on: leave without an effect. */
  readonly signal: AbortSignal
  /** Tells the group that everything below `offset` is done with. Throws when the partition is lost. */
  commit(offset: bigint): Promise<void>
  /** Reads on from `offset` instead of from the end of this batch. */
  seek(offset: bigint): void
  /** Tells of `work` in the traces of the batch's records. */
  during<T>(name: string, work: () => Promise<T>): Promise<T>
}

export interface ConsumerOptions {
  readonly clientId: string
  readonly groupId: string
  readonly topic: string
  /** Partitions handled at the same time; each in its own order. */
  readonly concurrency?: number
  /**
   * The broker answers when so many bytes wait, or after this time. Each answer costs broker and reader the same, whether it
   * brings one record or a thousand: a reader that has time takes many at once.
   */
  readonly gather?: { readonly bytes: number; readonly withinMs: number }
  /** Where the reader's own books of a partition stand: they decide where Kafka's offset of the group is beyond them, batch or no batch. */
  booksAt?(partition: number): Promise<bigint>
  readonly tracing?: Tracing
  /** Told how far each partition is behind, also while a batch is held up. */
  readonly lag?: LagGauge | undefined
  /** Throwing hands the same batch over again, after a pause. */
  handle(batch: ConsumedBatch, control: BatchControl): Promise<void>
}

export interface RunningConsumer {
  /** Whether it is a member of the group now. */
  joined(): boolean
  /** Lets the batches under way end, for `withinMs` at most, and leaves the group. A second call changes nothing. */
  stop(withinMs: number): Promise<void>
}

const SESSION_TIMEOUT_MS = 10_000
const HEARTBEAT_MS = 2_000
/** Of a reader whose effects nobody waits for. */
export const UNHURRIED = { bytes: 512 * 1024, withinMs: 500 } as const
const GATHER = { bytes: 1, withinMs: 250 } as const
const CONNECT_PAUSE_MS = 1_000
/** What a batch that is told to leave may still take. */
const LEAVE_MS = 500

/** Starts reading, from the group's offsets or else from the beginning; goes on over broker failures until stopped. */
export function runConsumer(config: KafkaConfig, options: ConsumerOptions, log: Logger): RunningConsumer {
  const kafka = createKafka(config, options.clientId, log)
  const { bytes, withinMs } = options.gather ?? GATHER
  return new GroupConsumer(
    kafka.consumer({
      groupId: options.groupId,
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      minBytes: bytes,
      maxWaitTimeInMs: withinMs,
      retry: { initialRetryTime: 200, maxRetryTime: 2_000, restartOnFailure: async () => true },
    }),
    () => kafka.admin(),
    options,
    log.child({ group: options.groupId }),
  )
}

class GroupConsumer implements RunningConsumer {
  readonly #consumer: Consumer
  readonly #newAdmin: () => Admin
  readonly #options: ConsumerOptions
  readonly #log: Logger
  readonly #lag: LagWatch | undefined
  #running: Promise<void>
  /** The batch under way of each partition. */
  readonly #busy = new Map<number, Promise<void>>()
  /** One for each time the group was joined, or the membership was proven after a doubt. */
  #membership = new AbortController()
  #joined = false
  #stopping = false
  #stopped: Promise<void> | undefined

  constructor(consumer: Consumer, newAdmin: () => Admin, options: ConsumerOptions, log: Logger) {
    this.#consumer = consumer
    this.#newAdmin = newAdmin
    this.#options = options
    this.#log = log
    const { topic, groupId, lag: gauge } = options
    this.#lag = gauge === undefined ? undefined : new LagWatch({ topic, groupId, gauge, newAdmin, log })
    const { GROUP_JOIN, REBALANCING, CRASH, STOP } = consumer.events
    consumer.on(GROUP_JOIN, ({ payload }) => {
      const partitions = payload.memberAssignment[topic] ?? []
      this.#join()
      this.#lag?.assigned(partitions)
      void this.#goToBooks(partitions, this.#membership.signal)
    })
    for (const event of [REBALANCING, CRASH, STOP] as const) consumer.on(event, () => this.#leave())
    consumer.on(CRASH, ({ payload }) => {
      log.warn({ err: payload.error }, 'consumer starts again')
      // What it takes for beyond repair the library leaves lying, and the process would live on and read nothing.
      if (!payload.restart) this.#running = this.#run(CONNECT_PAUSE_MS)
    })
    this.#running = this.#run()
  }

  joined(): boolean {
    return this.#joined
  }

  stop(withinMs: number): Promise<void> {
    this.#stopped ??= this.#end(withinMs)
    return this.#stopped
  }

  async #end(withinMs: number): Promise<void> {
    this.#stopping = true
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(
        () => {
          this.#leave()
          timer = setTimeout(resolve, LEAVE_MS)
        },
        // Outside of the group there is no batch to wait for.
        this.#joined ? withinMs : 0,
      )
    })
    // With the broker away the library would go on trying to take leave of it.
    const left = this.#running.then(() => this.#consumer.disconnect())
    await Promise.race([timeout, Promise.all([left, this.#lag?.stop()])])
    clearTimeout(timer)
  }

  #join(): void {
    this.#membership.abort()
    this.#membership = new AbortController()
    this.#joined = true
  }

  #leave(): void {
    this.#joined = false
    this.#membership.abort()
  }

  /** A partition in which nothing comes brings no batch that would show that the group's offset is of other books. */
  async #goToBooks(partitions: readonly number[], signal: AbortSignal): Promise<void> {
    const { topic, booksAt } = this.#options
    if (booksAt === undefined) return
    while (!signal.aborted && !this.#stopping) {
      try {
        const committed = await this.#committed()
        for (const partition of partitions) {
          const offset = await booksAt(partition)
          if (signal.aborted) return
          if (offset >= (committed.get(partition) ?? 0n)) continue
          this.#log.warn({ partition, books: String(offset) }, 'the group has read beyond the books: they decide')
          this.#consumer.seek({ topic, partition, offset: String(offset) })
        }
        return
      } catch (error) {
        this.#log.warn({ err: error }, 'it is not known yet where the books stand')
        await wait(CONNECT_PAUSE_MS)
      }
    }
  }

  async #committed(): Promise<ReadonlyMap<number, bigint>> {
    const { groupId, topic } = this.#options
    const admin = this.#newAdmin()
    await admin.connect()
    try {
      return await committedOffsets(admin, groupId, topic)
    } finally {
      await admin.disconnect()
    }
  }

  async #run(afterMs = 0): Promise<void> {
    await wait(afterMs)
    while (!this.#stopping) {
      try {
        await this.#consumer.connect()
        await this.#consumer.subscribe({ topics: [this.#options.topic], fromBeginning: true })
        await this.#consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: this.#options.concurrency ?? 1,
          eachBatch: (payload) => this.#inTurn(payload),
        })
        return
      } catch (error) {
        this.#log.warn({ err: error }, 'Kafka cannot be read yet')
        await wait(CONNECT_PAUSE_MS)
      }
    }
  }

  /** After a failure kafkajs may read a partition again while an earlier batch of it is still under way here. */
  async #inTurn(payload: EachBatchPayload): Promise<void> {
    const { partition } = payload.batch
    // Of when it was read: one that waited over a rebalance is not the next membership's.
    const membership = await this.#proven(this.#membership, payload)
    await this.#busy.get(partition)
    const turn = this.#handOver(payload, membership)
    const settled = turn.then(
      () => undefined,
      () => undefined,
    )
    this.#busy.set(partition, settled)
    await turn
  }

  /**
   * A heartbeat that got no answer ends a membership here, and the broker may never have noticed: back before the time
   * of the member was up, it lets it read on and join nothing. A heartbeat that is answered says that it is still one.
   */
  async #proven(membership: AbortController, { isRunning, heartbeat }: EachBatchPayload): Promise<AbortController> {
    if (!membership.signal.aborted || !isRunning()) return membership
    await heartbeat()
    // Joined anew meanwhile, or proven by another partition: this batch is read again.
    if (this.#membership !== membership || this.#stopping) return membership
    this.#join()
    return this.#membership
  }

  async #handOver(
    { batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload,
    membership: AbortController,
  ): Promise<void> {
    const { signal } = membership
    if (!isRunning() || isStale() || signal.aborted) return
    const { topic, partition } = batch
    let lost: unknown
    const beat = setInterval(() => {
      heartbeat().catch((error: unknown) => {
        lost = error
        membership.abort()
      })
    }, HEARTBEAT_MS)
    let sought = false
    const given = read(batch)
    const followed = followBatch(this.#options.tracing, this.#options.groupId, given)
    try {
      await this.#options.handle(given, {
        signal,
        during: followed.during.bind(followed),
        commit: (offset) => this.#consumer.commitOffsets([{ topic, partition, offset: String(offset) }]),
        seek: (offset) => {
          sought = true
          this.#consumer.seek({ topic, partition, offset: String(offset) })
        },
      })
      if (!sought) {
        resolveOffset(batch.lastOffset())
        this.#lag?.done(partition, given.nextOffset, given.endOffset)
      }
      followed.end()
    } catch (error) {
      followed.end(error)
      if (lost === undefined && !signal.aborted) throw error
      this.#log.info({ partition }, 'a batch was left: its partition is given out again')
    } finally {
      clearInterval(beat)
    }
    if (lost !== undefined) throw lost
  }
}

function read(batch: Batch): ConsumedBatch {
  return {
    topic: batch.topic,
    partition: batch.partition,
    records: batch.messages.map(({ offset, key, value, headers }) => ({
      offset: BigInt(offset),
      key,
      value,
      headers: headers ?? {},
    })),
    nextOffset: BigInt(batch.lastOffset()) + 1n,
    endOffset: BigInt(batch.highWatermark),
  }
}
