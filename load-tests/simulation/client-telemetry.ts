/** Owns what a client reports: kept until it is acknowledged, and sent again after each return (T1-T4). */

import type { UpMessage } from '../../protocol/messages/up.ts'
import type { TelemetryEvent } from '../../protocol/telemetry-event.ts'
import { EventOutbox } from './event-outbox.ts'
import type { Actor, Task, World } from './world.ts'

const FLUSH_MS = 250
const RETRY_MS = 1_000

export interface TelemetryParts {
  readonly world: World
  readonly actor: Actor
  readonly isConnected: () => boolean
  readonly serverNowMs: () => number
  readonly send: (message: UpMessage) => void
  readonly reported: (event: TelemetryEvent) => void
  readonly acknowledged: (events: readonly TelemetryEvent[]) => void
}

export class ClientTelemetry {
  readonly outbox = new EventOutbox()
  readonly #parts: TelemetryParts
  #flushTask: Task | undefined

  constructor(parts: TelemetryParts) {
    this.#parts = parts
  }

  report(seen: Omit<TelemetryEvent, 'id' | 'seq' | 'at_ms'>): void {
    const event = this.outbox.add({ ...seen, at_ms: Math.round(this.#parts.serverNowMs()) })
    this.#parts.reported(event)
    this.#flushSoon(FLUSH_MS)
  }

  acked(batch: number): void {
    this.#parts.acknowledged(this.outbox.settle(batch))
    this.#flush()
  }

  refused(batch: number, retriable: boolean): void {
    if (!retriable) this.outbox.settle(batch)
    else {
      this.outbox.putBack(batch)
      this.#flushSoon(RETRY_MS)
    }
  }

  /** The client is heard again. U6: while it is asked to be quiet events wait, those that are made meanwhile too. */
  connected(quietMs: number | undefined): void {
    if (quietMs === undefined) {
      this.#flush()
      return
    }
    this.#flushTask?.cancel()
    this.#flushTask = undefined
    this.#flushSoon(quietMs)
  }

  #flush(): void {
    this.#flushTask?.cancel()
    this.#flushTask = undefined
    while (this.#parts.isConnected()) {
      const batch = this.outbox.take()
      if (batch === undefined) return
      this.#parts.send(batch)
    }
  }

  #flushSoon(delayMs: number): void {
    this.#flushTask ??= this.#parts.world.after(delayMs, this.#parts.actor, () => this.#flush())
  }
}
