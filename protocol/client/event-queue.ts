/** Owns the events that are not yet acknowledged: kept in order, sent in batches, sent again after a reconnect (D1). */

import type { TelemetryEvent } from '../telemetry-event.ts'
import { MOST_STORED } from './event-store.ts'

export class EventQueue {
  #waiting: TelemetryEvent[] = []
  readonly #underWay = new Map<number, TelemetryEvent[]>()
  /** To be sent one by one. */
  #alone: TelemetryEvent[] = []
  #nextBatch = 1

  /** Events not yet acknowledged. */
  get size(): number {
    let size = this.#waiting.length + this.#alone.length
    for (const events of this.#underWay.values()) size += events.length
    return size
  }

  get batchesUnderWay(): number {
    return this.#underWay.size
  }

  /** Keeps `event`; returns what had to go to make room, the oldest of those that wait. */
  add(event: TelemetryEvent): TelemetryEvent[] {
    this.#waiting.push(event)
    return this.#waiting.splice(0, Math.max(0, this.size - MOST_STORED))
  }

  /** The next batch to send, or undefined when nothing waits. */
  take(most: number): { batch: number; events: TelemetryEvent[] } | undefined {
    const events = this.#alone.length > 0 ? this.#alone.splice(0, 1) : this.#waiting.splice(0, most)
    if (events.length === 0) return undefined
    const batch = this.#nextBatch
    this.#nextBatch += 1
    this.#underWay.set(batch, events)
    return { batch, events }
  }

  /** The batch is done with: acknowledged, or refused for good. Returns its events. */
  settle(batch: number): TelemetryEvent[] {
    const events = this.#underWay.get(batch) ?? []
    this.#underWay.delete(batch)
    return events
  }

  /** Events of a batch that was refused for good: each goes alone, before the others. */
  putAlone(events: readonly TelemetryEvent[]): void {
    this.#alone.push(...events)
  }

  /** The batch waits again, in its place. */
  putBack(batch: number): void {
    this.#waiting = [...this.settle(batch), ...this.#waiting].sort(bySeq)
  }

  /** Another account signs in: what waits is not its own. */
  clear(): void {
    this.#waiting = []
    this.#alone = []
    this.#underWay.clear()
  }

  /** The socket is gone: whatever was under way waits again. */
  putAllBack(): void {
    for (const batch of [...this.#underWay.keys()]) this.putBack(batch)
  }
}

const bySeq = (a: TelemetryEvent, b: TelemetryEvent) => a.seq - b.seq
