/** Owns writing together: what several partitions bring within a moment goes in one insert, one insert at a time. */

import { type PlaybackRows, sizeOf, type WriteResult } from '../../infra/clickhouse/playback-writer.ts'
import { untilDone } from '../retry.ts'

export interface GroupWriterOptions {
  write(rows: PlaybackRows): Promise<WriteResult>
  onWritten(result: WriteResult): void
  onFailure(error: unknown, pauseMs: number): void
  /** How long the first rows wait for others. */
  readonly windowMs?: number
  /** So many rows do not wait. */
  readonly maxRows?: number
}

interface Waiting {
  readonly rows: PlaybackRows
  readonly signal: AbortSignal
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** What one answer of Kafka brings comes at once; to wait for more is the consumer's. */
const DEFAULTS = { windowMs: 10, maxRows: 5_000 }

export class GroupWriter {
  readonly #options: GroupWriterOptions
  readonly #windowMs: number
  readonly #maxRows: number
  readonly #waiting: Waiting[] = []
  #waitingRows = 0
  #wake: (() => void) | undefined
  #writing: Promise<void> | undefined

  constructor(options: GroupWriterOptions) {
    this.#options = options
    this.#windowMs = options.windowMs ?? DEFAULTS.windowMs
    this.#maxRows = options.maxRows ?? DEFAULTS.maxRows
  }

  /** Resolves when the rows are in the store; rejects when `signal` was aborted before they were. */
  add(rows: PlaybackRows, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rows, signal, resolve, reject })
      this.#waitingRows += sizeOf(rows)
      if (this.#waitingRows >= this.#maxRows) this.#wake?.()
      this.#writing ??= this.#writeAll()
    })
  }

  /** Never throws: each caller is told how it went. */
  async #writeAll(): Promise<void> {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (this.#waitingRows < this.#maxRows) await this.#window()
      const group = this.#take(first.signal)
      try {
        await this.#write(group, first.signal)
        for (const entry of group) entry.resolve()
      } catch (error) {
        for (const entry of group) entry.reject(error)
      }
    }
    this.#writing = undefined
  }

  #window(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#windowMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** The oldest entries that stand or fall with `signal`, as many as one insert may hold. */
  #take(signal: AbortSignal): Waiting[] {
    let count = 0
    let rows = 0
    for (const entry of this.#waiting) {
      const size = sizeOf(entry.rows)
      if (entry.signal !== signal || (count > 0 && rows + size > this.#maxRows)) break
      count += 1
      rows += size
    }
    this.#waitingRows -= rows
    return this.#waiting.splice(0, count)
  }

  async #write(group: readonly Waiting[], signal: AbortSignal): Promise<void> {
    let rows: PlaybackRows = {
      newEvents: group.flatMap((entry) => entry.rows.newEvents ?? []),
      events: group.flatMap((entry) => entry.rows.events),
      streams: group.flatMap((entry) => entry.rows.streams),
    }
    if (sizeOf(rows) === 0) return
    const { write, onWritten, onFailure } = this.#options
    const attempt = () => {
      const { newEvents = [], events, streams } = rows
      const now = rows
      // Whether a write that failed has happened is not known: the next one asks.
      rows = { events: [...newEvents, ...events], streams }
      return write(now)
    }
    onWritten(await untilDone(attempt, { signal, onFailure }))
  }
}
