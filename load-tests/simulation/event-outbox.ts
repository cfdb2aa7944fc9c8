/** Owns the events of a device that are not yet acknowledged (T2): kept over restarts, sent in order, sent again after a reconnect. */

import { uuidv7 } from '../../protocol/ids.ts'
import type { Telemetry } from '../../protocol/messages/telemetry.ts'
import type { TelemetryEvent } from '../../protocol/telemetry-event.ts'

const BATCH_EVENTS = 20
const BATCHES_UNDER_WAY = 4

export class EventOutbox {
  #waiting: TelemetryEvent[] = []
  readonly #underWay = new Map<number, TelemetryEvent[]>()
  #seq = 0
  #batch = 0

  get pending(): number {
    let pending = this.#waiting.length
    for (const events of this.#underWay.values()) pending += events.length
    return pending
  }

  add(event: Omit<TelemetryEvent, 'id' | 'seq'>): TelemetryEvent {
    this.#seq += 1
    const whole = { id: uuidv7(event.at_ms), seq: this.#seq, ...event }
    this.#waiting.push(whole)
    return whole
  }

  /** The next batch, or undefined when nothing waits or enough is under way. */
  take(): Telemetry | undefined {
    if (this.#waiting.length === 0 || this.#underWay.size >= BATCHES_UNDER_WAY) return undefined
    const events = this.#waiting.splice(0, BATCH_EVENTS)
    this.#batch += 1
    this.#underWay.set(this.#batch, events)
    return { type: 'telemetry', batch: this.#batch, events }
  }

  settle(batch: number): TelemetryEvent[] {
    const events = this.#underWay.get(batch) ?? []
    this.#underWay.delete(batch)
    return events
  }

  putBack(batch: number): void {
    this.#waiting = [...this.settle(batch), ...this.#waiting].sort((a, b) => a.seq - b.seq)
  }

  /** The socket is gone: what was under way waits again. */
  putAllBack(): void {
    for (const batch of [...this.#underWay.keys()]) this.putBack(batch)
  }
}
