/** Owns the records that wait for the next request: bounded in bytes, taken in order, in batches that a broker accepts. */

import { PlaybackLogError } from './playback-log.ts'

export interface Pending {
  readonly key: string
  readonly value: Uint8Array
  readonly traceparent?: string | undefined
  readonly resolve: () => void
  readonly reject: (error: PlaybackLogError) => void
}

export interface QueueBounds {
  readonly maxQueuedBytes: number
  readonly maxBatchBytes: number
  readonly maxBatchRecords: number
}

export class AppendQueue {
  readonly #bounds: QueueBounds
  readonly #pending: Pending[] = []
  #bytes = 0

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds
  }

  get length(): number {
    return this.#pending.length
  }

  /** @throws {PlaybackLogError} when there is no room, or the record alone is more than a request holds. */
  push(pending: Pending): void {
    const bytes = sizeOf(pending)
    if (bytes > this.#bounds.maxBatchBytes) {
      throw new PlaybackLogError('payload_too_large', `a record of ${bytes} bytes is more than Kafka takes`)
    }
    if (this.#bytes + bytes > this.#bounds.maxQueuedBytes) {
      throw new PlaybackLogError('overloaded', `${this.#bytes} bytes already wait for Kafka`)
    }
    this.#bytes += bytes
    this.#pending.push(pending)
  }

  /** Takes the oldest records, as many as one request may hold. */
  take(): Pending[] {
    let bytes = 0
    let count = 0
    for (const pending of this.#pending) {
      bytes += sizeOf(pending)
      if (bytes > this.#bounds.maxBatchBytes || count === this.#bounds.maxBatchRecords) {
        bytes -= sizeOf(pending)
        break
      }
      count += 1
    }
    this.#bytes -= bytes
    return this.#pending.splice(0, count)
  }

  takeAll(): Pending[] {
    this.#bytes = 0
    return this.#pending.splice(0)
  }
}

/** Key, value, and what a record costs besides. */
function sizeOf(pending: Pending): number {
  return pending.key.length + pending.value.length + 64
}
