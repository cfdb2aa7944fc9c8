/** Owns keeping events in a store, and going on in memory when the store fails: reporting never stops for it. */

import type { TelemetryEvent } from '../telemetry-event.ts'
import type { EventStore, StoredEvents } from './event-store.ts'
import { memoryEventStore } from './event-store-memory.ts'

/** A store that takes longer is taken for failed: some browsers never answer. */
const ANSWER_WITHIN_MS = 5_000

export class EventKeeper {
  readonly #failed: (error: Error) => void
  #store: EventStore
  #account: string | undefined
  /** One after the other: what is removed was put before. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(store: EventStore, failed: (error: Error) => void) {
    this.#store = store
    this.#failed = failed
  }

  load(account: string): Promise<StoredEvents> {
    this.#account = account
    return this.#next((store) => store.load(account))
  }

  put(event: TelemetryEvent): Promise<void> {
    return this.#next((store) => store.put(event))
  }

  async remove(events: readonly TelemetryEvent[]): Promise<void> {
    if (events.length === 0) return
    await this.#next((store) => store.remove(events.map(({ id }) => id)))
  }

  close(): Promise<void> {
    return this.#next((store) => store.close())
  }

  #next<Result>(act: (store: EventStore) => Promise<Result>): Promise<Result> {
    const done = this.#last.then(() => this.#act(act))
    this.#last = done
    return done
  }

  async #act<Result>(act: (store: EventStore) => Promise<Result>): Promise<Result> {
    const store = this.#store
    try {
      return await inTime(act(store))
    } catch (cause) {
      this.#store = memoryEventStore()
      if (this.#account !== undefined) await this.#store.load(this.#account)
      this.#failed(new Error('events are kept in memory only: the store failed', { cause }))
      // Its queue is for others to take over; that it cannot be let go of either is no news.
      Promise.resolve()
        .then(() => store.close())
        .catch(() => undefined)
      return act(this.#store)
    }
  }
}

function inTime<Result>(answer: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`))
    const timer = setTimeout(late, ANSWER_WITHIN_MS)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
