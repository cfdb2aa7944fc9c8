/** Owns the way of events to the gateway: kept in a store, queued, sent in batches, forgotten when acknowledged (D1). */

import { uuidv7 } from '../ids.ts'
import type { ErrorMessage } from '../messages/error.ts'
import type { Telemetry } from '../messages/telemetry.ts'
import type { TelemetryEvent } from '../telemetry-event.ts'
import type { TelemetryKind } from '../vocabulary.ts'
import { EventKeeper } from './event-keeper.ts'
import { EventQueue } from './event-queue.ts'
import type { EventStore } from './event-store.ts'

/** Events wait this long for company. */
const FLUSH_MS = 250
const RETRY_MS = 1_000
const BATCHES_UNDER_WAY = 4
const BATCH_EVENTS = 20
/** What waited long is sent at half the rate that `hello` allows: the other messages need the rest (L4). */
const PACE_FACTOR = 2

/** What `hello` says of telemetry. */
export interface TelemetryLimits {
  readonly mostEvents: number
  readonly messagesPerSecond: number
}

/** What a player says of an event; the rest is the sender's. */
export type Seen = Omit<TelemetryEvent, 'id' | 'seq' | 'kind' | 'at_ms'> & {
  /** When it was, if not now: on the clock of `serverNowMs`. */
  readonly at_ms?: number
}

export interface TelemetrySenderEvents {
  acked(events: readonly TelemetryEvent[], pending: number): void
  dropped(events: readonly TelemetryEvent[], reason: string): void
  storeFailed(error: Error): void
}

export class TelemetrySender {
  readonly #queue = new EventQueue()
  readonly #keeper: EventKeeper
  readonly #events: TelemetrySenderEvents
  /** Reported, and not yet put in the store: not sent before they are. */
  readonly #unkept = new Set<TelemetryEvent>()
  #account: string | undefined
  #loading: Promise<void> = Promise.resolve()
  #isLoaded = false
  #closed: Promise<void> | undefined
  #lastSeq = 0
  #send: ((message: Telemetry) => void) | undefined
  #mostEvents = BATCH_EVENTS
  #paceMs = 0
  #nextAtMs = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(store: EventStore, events: TelemetrySenderEvents) {
    this.#keeper = new EventKeeper(store, (error) => events.storeFailed(error))
    this.#events = events
  }

  /** Events not yet acknowledged. */
  get pending(): number {
    return this.#queue.size + this.#unkept.size
  }

  /** Until the store has told the last `seq` of an earlier page, that of the event returned is provisional. */
  report(kind: TelemetryKind, seen: Seen, nowMs: number): TelemetryEvent {
    this.#lastSeq += 1
    const { at_ms = nowMs, ...rest } = whole(seen)
    const event: TelemetryEvent = { id: uuidv7(at_ms), seq: this.#lastSeq, kind, at_ms, ...rest }
    this.#unkept.add(event)
    if (this.#isLoaded && this.#closed === undefined) void this.#keep(event)
    return event
  }

  /** Whose events these are, as the gateway says or an earlier page remembers: what that one left of the account's is sent too. */
  signedIn(account: string): void {
    if (account === this.#account) return
    // What another account reported stays in the store under its name, for when it signs in again.
    if (this.#account !== undefined) this.#queue.clear()
    this.#account = account
    this.#isLoaded = false
    this.#loading = this.#load(account)
  }

  /** A session is ready: what waits is sent, what was under way is sent again. */
  connected(
    send: (message: Telemetry) => void,
    { mostEvents, messagesPerSecond }: TelemetryLimits,
    /** U6 */
    quietMs = 0,
  ): void {
    this.#send = send
    this.#nextAtMs = performance.now() + quietMs
    this.#mostEvents = Math.min(BATCH_EVENTS, mostEvents)
    this.#paceMs = (1000 / messagesPerSecond) * PACE_FACTOR
    this.#flush()
  }

  disconnected(): void {
    this.#send = undefined
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#queue.putAllBack()
  }

  /** Ends for good; resolved once what was reported is in the store, and the store is let go of. */
  close(): Promise<void> {
    this.#closed ??= this.#loading.then(() => this.#keeper.close())
    return this.#closed
  }

  acknowledged(batch: number): void {
    const events = this.#queue.settle(batch)
    void this.#keeper.remove(events)
    this.#events.acked(events, this.pending)
    this.#flush()
  }

  refused(batch: number, error: ErrorMessage): void {
    if (error.retriable) {
      this.#queue.putBack(batch)
      this.#flushAfter(error.retry_after_ms ?? RETRY_MS)
      return
    }
    const events = this.#queue.settle(batch)
    // One bad event must not cost the others: each is tried alone.
    if (events.length > 1) this.#queue.putAlone(events)
    else this.#drop(events, error.name)
    this.#flush()
  }

  async #load(account: string): Promise<void> {
    const { events, lastSeq } = await this.#keeper.load(account)
    if (account !== this.#account) return
    for (const event of events) this.#add(event)
    this.#lastSeq = lastSeq
    for (const event of this.#unkept) {
      this.#lastSeq += 1
      event.seq = this.#lastSeq
      void this.#keep(event)
    }
    this.#isLoaded = true
    this.#flush()
  }

  async #keep(event: TelemetryEvent): Promise<void> {
    const account = this.#account
    await this.#keeper.put(event)
    this.#unkept.delete(event)
    if (account !== this.#account) return
    this.#add(event)
    this.#flushAfter(FLUSH_MS)
  }

  #add(event: TelemetryEvent): void {
    const excess = this.#queue.add(event)
    if (excess.length > 0) this.#drop(excess, 'too many events are unacknowledged')
  }

  #drop(events: readonly TelemetryEvent[], reason: string): void {
    if (events.length === 0) return
    void this.#keeper.remove(events)
    this.#events.dropped(events, reason)
  }

  #flushAfter(waitMs: number): void {
    this.#timer ??= setTimeout(() => this.#flush(), waitMs)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    while (this.#send !== undefined && this.#queue.batchesUnderWay < BATCHES_UNDER_WAY) {
      const nowMs = performance.now()
      if (nowMs < this.#nextAtMs) {
        this.#flushAfter(this.#nextAtMs - nowMs)
        return
      }
      const batch = this.#queue.take(this.#mostEvents)
      if (batch === undefined) return
      this.#nextAtMs = nowMs + this.#paceMs
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
