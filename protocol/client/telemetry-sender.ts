/** Owns the way of events to the gateway: queued, sent in batches, kept until acknowledged (D1). */

import { uuidv7 } from '../ids.ts'
import type { ErrorMessage } from '../messages/error.ts'
import type { Telemetry } from '../messages/telemetry.ts'
import type { TelemetryEvent } from '../telemetry-event.ts'
import type { TelemetryKind } from '../vocabulary.ts'
import { EventQueue } from './event-queue.ts'

/** Events wait this long for company. */
const FLUSH_MS = 250
const RETRY_MS = 1_000
const BATCHES_UNDER_WAY = 4
const BATCH_EVENTS = 20

/** What a player says of an event; the rest is the sender's. */
export type Seen = Omit<TelemetryEvent, 'id' | 'seq' | 'kind' | 'at_ms'>

export interface TelemetrySenderEvents {
  acked(events: readonly TelemetryEvent[], pending: number): void
  dropped(events: readonly TelemetryEvent[], reason: string): void
}

export class TelemetrySender {
  readonly #queue = new EventQueue()
  readonly #events: TelemetrySenderEvents
  #send: ((message: Telemetry) => void) | undefined
  #mostEvents = BATCH_EVENTS
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(events: TelemetrySenderEvents) {
    this.#events = events
  }

  /** Events not yet acknowledged. */
  get pending(): number {
    return this.#queue.size
  }

  report(kind: TelemetryKind, seen: Seen, atMs: number): TelemetryEvent {
    const event: TelemetryEvent = { id: uuidv7(atMs), seq: this.#queue.nextSeq, kind, at_ms: atMs, ...whole(seen) }
    const dropped = this.#queue.add(event)
    if (dropped.length > 0) this.#events.dropped(dropped, 'too many events are unacknowledged')
    this.#flushAfter(FLUSH_MS)
    return event
  }

  /** A session is ready: what waits is sent, what was under way is sent again. */
  connected(send: (message: Telemetry) => void, mostEvents: number): void {
    this.#send = send
    this.#mostEvents = Math.min(BATCH_EVENTS, mostEvents)
    this.#flush()
  }

  disconnected(): void {
    this.#send = undefined
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#queue.putAllBack()
  }

  acknowledged(batch: number): void {
    const events = this.#queue.settle(batch)
    this.#events.acked(events, this.#queue.size)
    this.#flush()
  }

  refused(batch: number, error: ErrorMessage): void {
    if (error.retriable) {
      this.#queue.putBack(batch)
      this.#flushAfter(RETRY_MS)
      return
    }
    const events = this.#queue.settle(batch)
    // One bad event must not cost the others: each is tried alone.
    if (events.length > 1) this.#queue.putAlone(events)
    else this.#events.dropped(events, error.name)
    this.#flush()
  }

  #flushAfter(waitMs: number): void {
    this.#timer ??= setTimeout(() => this.#flush(), waitMs)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    while (this.#send !== undefined && this.#queue.batchesUnderWay < BATCHES_UNDER_WAY) {
      const batch = this.#queue.take(this.#mostEvents)
      if (batch === undefined) return
      this.#send({ type: 'telemetry', ...batch })
    }
  }
}

/** Milliseconds as the schema has them, whole and not negative: a media element counts in fractions. */
function whole(seen: Seen): Seen {
  const rounded: Record<string, unknown> = { ...seen }
  for (const [name, value] of Object.entries(seen)) {
    if (typeof value === 'number') rounded[name] = Math.max(0, Math.round(value))
  }
  return rounded as Seen
}
