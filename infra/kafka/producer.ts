/** Owns the Kafka adapter of {@link PlaybackLog}: one request in flight, whatever comes meanwhile goes in the next one. */

import type { Kafka, Producer } from 'kafkajs'
import { TOPICS } from '../../protocol/events/topics.ts'
import type { Logger } from '../runtime/log.ts'
import { AppendQueue, type Pending } from './append-queue.ts'
import { createKafka } from './client.ts'
import type { KafkaConfig } from './config.ts'
import { type PlaybackLog, PlaybackLogError } from './playback-log.ts'

export type { PlaybackLog } from './playback-log.ts'

export interface PlaybackLogOptions {
  readonly topic?: string
  readonly maxQueuedBytes?: number
  /** A request, its connection included, is given up after this long, and with it every record that waits. */
  readonly attemptMs?: number
  /** The first record of a request waits so long for others: Kafka's own default. A request costs much the same with one or with many. */
  readonly lingerMs?: number
}

const ACKS_ALL = -1
const DEFAULTS = { maxQueuedBytes: 16 * 1024 * 1024, attemptMs: 4_500, lingerMs: 5 }
/** A broker takes 1 MiB in a batch. */
const MAX_BATCH_BYTES = 900 * 1024
const MAX_BATCH_RECORDS = 5_000
const PAUSE_AFTER_FAILURE_MS = 250

/** The log is ready at once; the connection is made with the first record, and again whenever it is lost. */
export function createPlaybackLog(
  config: KafkaConfig,
  clientId: string,
  log: Logger,
  options: PlaybackLogOptions = {},
): PlaybackLog {
  return playbackLogOver(createKafka(config, clientId, log), log, options)
}

/** The same over a Kafka that is there already, such as the model of the fleet simulation. */
export function playbackLogOver(
  kafka: Pick<Kafka, 'producer'>,
  log: Logger,
  options: PlaybackLogOptions = {},
): PlaybackLog {
  return new KafkaPlaybackLog(kafka, log, options)
}

class KafkaPlaybackLog implements PlaybackLog {
  readonly #kafka: Pick<Kafka, 'producer'>
  readonly #log: Logger
  readonly #topic: string
  readonly #attemptMs: number
  readonly #lingerMs: number
  readonly #queue: AppendQueue
  #producer: Producer | undefined
  #sending: Promise<void> | undefined
  #stopped = false

  constructor(kafka: Pick<Kafka, 'producer'>, log: Logger, options: PlaybackLogOptions) {
    this.#kafka = kafka
    this.#log = log
    this.#topic = options.topic ?? TOPICS.playbackEvents.name
    this.#attemptMs = options.attemptMs ?? DEFAULTS.attemptMs
    this.#lingerMs = options.lingerMs ?? DEFAULTS.lingerMs
    this.#queue = new AppendQueue({
      maxQueuedBytes: options.maxQueuedBytes ?? DEFAULTS.maxQueuedBytes,
      maxBatchBytes: MAX_BATCH_BYTES,
      maxBatchRecords: MAX_BATCH_RECORDS,
    })
  }

  append(key: string, value: Uint8Array, traceparent?: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#stopped) throw new PlaybackLogError('unavailable', 'the log was stopped')
      this.#queue.push({ key, value, traceparent, resolve, reject })
      this.#sending ??= this.#send()
    })
  }

  async flush(): Promise<void> {
    while (this.#sending !== undefined) await this.#sending
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.flush()
    const producer = this.#producer
    this.#producer = undefined
    await producer?.disconnect()
  }

  /** Never throws: each record is told how it went. */
  async #send(): Promise<void> {
    while (this.#queue.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, this.#lingerMs))
      const batch = this.#queue.take()
      try {
        await this.#attempt(batch)
        for (const pending of batch) pending.resolve()
      } catch (cause) {
        this.#abandonProducer()
        // Those that wait would meet the same: told now, no record waits for longer than one attempt.
        const refused = [...batch, ...this.#queue.takeAll()]
        this.#log.warn({ err: cause, records: refused.length }, 'Kafka did not take records')
        const error = new PlaybackLogError('unavailable', 'Kafka did not acknowledge the record', { cause })
        for (const pending of refused) pending.reject(error)
        await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_FAILURE_MS))
      }
    }
    this.#sending = undefined
  }

  async #attempt(batch: readonly Pending[]): Promise<void> {
    const messages = batch.map(({ key, value, traceparent }) =>
      traceparent === undefined
        ? { key, value: asBuffer(value) }
        : { key, value: asBuffer(value), headers: { traceparent } },
    )
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${this.#attemptMs} ms`)), this.#attemptMs)
    })
    const request = this.#connected().then((producer) =>
      producer.send({ topic: this.#topic, acks: ACKS_ALL, timeout: this.#attemptMs, messages }),
    )
    try {
      await Promise.race([request, timeout])
    } finally {
      clearTimeout(timer)
      // When the timeout won, the request's own failure comes later and has nobody to go to.
      request.catch((error: unknown) => this.#log.debug({ err: error }, 'request ended'))
    }
  }

  async #connected(): Promise<Producer> {
    if (this.#producer !== undefined) return this.#producer
    const producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
    })
    this.#producer = producer
    await producer.connect()
    return producer
  }

  /**
   * After a failure it is unknown whether the broker has the batch, so its sequence numbers are spent: another batch
   * under the same numbers would be answered as a duplicate, and lost. A new producer has an id and numbers of its own.
   */
  #abandonProducer(): void {
    const producer = this.#producer
    this.#producer = undefined
    producer?.disconnect().catch((error: unknown) => this.#log.debug({ err: error }, 'producer left'))
  }
}

/** kafkajs takes Buffers alone; this one shares the bytes. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
