/** Owns keeping events in a store, and going on in memory when the store fails: reporting never stops for it. */

import type { TelemetryEvent } from '../telemetry-event.ts'
import type { EventStore, StoredEvents } from './event-store.ts'
import { memoryEventStore } from './event-store-memory.ts'

/** A store that is silent for longer, while something is asked of it, is taken for failed: some browsers never answer. */
const ANSWER_WITHIN_MS = 5_000

export class EventKeeper {
  readonly #failed: (error: Error) => void
  #store: EventStore
  #hasFailed = false
  /** Whose queue is open, once all that was asked is done. */
  #account: string | undefined
  /** What the store has not answered yet, in the order in which it was asked; each can be done anew. */
  readonly #underWay = new Set<() => void>()
  #silence: ReturnType<typeof setTimeout> | undefined

  constructor(store: EventStore, failed: (error: Error) => void) {
    this.#store = store
    this.#failed = failed
  }

  load(account: string): Promise<StoredEvents> {
    const loaded = this.#ask(async (store) => store.load(account))
    this.#account = account
    return loaded
  }

  /** The store has `event` when this returns, and needs only be let finish: the page may go at any moment. */
  put(event: TelemetryEvent): Promise<void> {
    return this.#ask(async (store) => store.put(event))
  }

  remove(events: readonly TelemetryEvent[]): Promise<void> {
    if (events.length === 0) return Promise.resolve()
    return this.#ask(async (store) => store.remove(events.map(({ id }) => id)))
  }

  close(): Promise<void> {
    const closed = this.#ask(async (store) => store.close())
    this.#account = undefined
    return closed
  }

  /** Never waits for what is under way: the order is the store's to keep. */
  #ask<Result>(act: (store: EventStore) => Promise<Result>): Promise<Result> {
    if (this.#hasFailed) return act(this.#store)
    const account = this.#account
    return new Promise((resolve) => {
      const again = () => {
        this.#open(account)
        resolve(act(this.#store))
      }
      this.#underWay.add(again)
      this.#silence ??= this.#listen()
      const answered = (result: Result) => {
        resolve(result)
        if (!this.#underWay.delete(again)) return
        clearTimeout(this.#silence)
        this.#silence = this.#underWay.size > 0 ? this.#listen() : undefined
      }
      act(this.#store).then(answered, (cause: unknown) => this.#goOnInMemory(cause))
    })
  }

  /** In memory, where it takes effect at once. */
  #open(account: string | undefined): void {
    if (account !== undefined) void this.#store.load(account)
  }

  #listen(): ReturnType<typeof setTimeout> {
    const late = () => this.#goOnInMemory(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`))
    return setTimeout(late, ANSWER_WITHIN_MS)
  }

  /** Once: what else the store fails at was under way as well, and is done anew in memory with the rest. */
  #goOnInMemory(cause: unknown): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    clearTimeout(this.#silence)
    const failed = this.#store
    this.#store = memoryEventStore()
    for (const again of this.#underWay) again()
    this.#underWay.clear()
    this.#open(this.#account)
    this.#failed(new Error('events are kept in memory only: the store failed', { cause }))
    // Its queue is for others to take over; that it cannot be let go of either is no news.
    Promise.resolve()
      .then(() => failed.close())
      .catch(() => undefined)
  }
}
