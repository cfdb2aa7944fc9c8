/** Owns the clients of one generator process, and what is done with all of them. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Account, Raise } from '../orders.ts'
import { newTally, type Tally } from '../tally.ts'
import type { Dialogue } from './dialogue.ts'
import { Listener, type Waits } from './listener.ts'
import { RawDialogue } from './raw-dialogue.ts'
import { SegueDialogue } from './segue-dialogue.ts'
import type { Route } from './wire.ts'

const POLL_MS = 20
const TICK_MS = 10
/** Each has 28,000 ports of its own. */
const SOURCE_ADDRESSES = 8

export class Fleet {
  readonly #raise: Raise
  readonly #listeners: Listener[] = []
  #tally = newTally()
  #waits: Waits = 'jitter'
  #ports: readonly number[]
  #present = 0
  #reporting: NodeJS.Timeout | undefined

  constructor(raise: Raise) {
    this.#raise = raise
    this.#ports = raise.ports
    const { tally } = this
    const fleet = this
    const around = {
      tally,
      get waits() {
        return fleet.#waits
      },
      route: (client: number, attempt: number) => fleet.#route(client, attempt),
      presence: (change: number) => {
        fleet.#present += change
      },
    }
    for (let i = 0; i < raise.clients; i += 1) {
      this.#listeners.push(new Listener(i, this.#dialogue(raise.accounts[i], tally), around))
    }
  }

  get tally(): Tally {
    return this.#tally
  }

  get present(): number {
    return this.#present
  }

  /** Connects all, evenly over time; resolves when all are there. */
  async signIn(perSecond: number, withinMs: number): Promise<void> {
    await this.#spread(this.#listeners, (1000 * this.#listeners.length) / perSecond, (listener) => listener.connect())
    await this.untilBack(withinMs)
    // Each reports as often as a player does, at a moment of its own.
    if (this.#raise.reportEveryMs > 0) void this.#keepReporting(this.#raise.reportEveryMs)
  }

  aim(ports: readonly number[], waits: Waits): void {
    this.#ports = ports
    this.#waits = waits
  }

  /** Drops each client `onlineMs` after it came back, at a phase of its own, until `forMs` have passed; then waits until all are back. */
  async jitter(onlineMs: number, awayMs: number, forMs: number, withinMs: number): Promise<void> {
    const endMs = performance.now() + forMs
    const periodMs = onlineMs + awayMs
    const phases = this.#listeners.map((listener, i) => ({
      listener,
      atMs: performance.now() + ((i + Math.random()) / this.#listeners.length) * periodMs,
      silent: i % 2 === 0,
    }))
    while (performance.now() < endMs) {
      const nowMs = performance.now()
      for (const phase of phases) {
        if (phase.atMs > nowMs) continue
        phase.atMs += periodMs
        phase.silent = !phase.silent
        phase.listener.drop(phase.silent ? 'silent' : 'ended', awayMs)
      }
      await wait(TICK_MS)
    }
    await wait(awayMs)
    await this.untilBack(withinMs)
  }

  /** Every client asks and reports once, at a random moment of `forMs`. */
  async busy(forMs: number): Promise<void> {
    await this.#spread(shuffled(this.#listeners), forMs, (listener) => {
      listener.dialogue.report()
      listener.dialogue.ask()
    })
  }

  /** Those that are held connect now, and those whose break is yet to be noticed, then. */
  release(): void {
    this.#waits = 'herd'
    for (const listener of this.#listeners) listener.release()
  }

  /** Resolves when all are there and have been answered, or the time is over. */
  async untilBack(withinMs: number): Promise<void> {
    await until(() => this.#present === this.#listeners.length && this.#unanswered() === 0, withinMs)
  }

  /** Asks and reports no more, and waits until everything is answered and acknowledged; how much is still due then. */
  async settle(withinMs: number): Promise<number> {
    clearInterval(this.#reporting)
    const due = () => this.#unanswered() + this.#listeners.reduce((sum, { dialogue }) => sum + dialogue.unacked, 0)
    await until(() => due() === 0, withinMs)
    return due()
  }

  /** How many events of each account were acknowledged: their numbers are 1 to that, when nothing is due. */
  get ackedEvents(): Record<string, number> {
    const { accounts } = this.#raise
    return Object.fromEntries(accounts.map(({ id }, i) => [id, this.#listeners[i]?.dialogue.ackedEvents ?? 0]))
  }

  leave(): void {
    clearInterval(this.#reporting)
    for (const listener of this.#listeners) listener.leave()
  }

  /** What was counted since the last time. */
  takeTally(): Tally {
    const taken = structuredClone(this.#tally)
    Object.assign(this.#tally, newTally())
    return taken
  }

  #unanswered(): number {
    return this.#listeners.reduce((sum, { dialogue }) => sum + dialogue.unanswered, 0)
  }

  #dialogue(account: Account | undefined, tally: Tally): Dialogue {
    if (account === undefined) return new RawDialogue(tally)
    return new SegueDialogue(account, this.#raise.trackId, tally)
  }

  #route(client: number, attempt: number): Route {
    const { generator, host } = this.#raise
    // Another attempt, another server, where there are several.
    const port = this.#ports[(attempt + client) % this.#ports.length] ?? 0
    return { host, port, from: `127.0.${generator + 1}.${1 + (client % SOURCE_ADDRESSES)}` }
  }

  async #keepReporting(everyMs: number): Promise<void> {
    const listeners = shuffled(this.#listeners)
    let next = 0
    let beganMs = performance.now()
    this.#reporting = setInterval(() => {
      const share = (performance.now() - beganMs) / everyMs
      const due = Math.floor(share * listeners.length)
      for (; next < due && next < listeners.length; next += 1) {
        const listener = listeners[next]
        if (listener?.present) listener.dialogue.report()
      }
      if (share < 1) return
      next = 0
      beganMs = performance.now()
    }, TICK_MS)
  }

  async #spread(listeners: readonly Listener[], overMs: number, act: (listener: Listener) => void): Promise<void> {
    const beganMs = performance.now()
    let done = 0
    while (done < listeners.length) {
      const due = Math.min(listeners.length, Math.ceil(((performance.now() - beganMs) / overMs) * listeners.length))
      for (; done < due; done += 1) {
        const listener = listeners[done]
        if (listener !== undefined) act(listener)
      }
      await wait(TICK_MS)
    }
  }
}

async function until(holds: () => boolean, withinMs: number): Promise<void> {
  const endMs = performance.now() + withinMs
  while (!holds()) {
    if (performance.now() > endMs) return
    await wait(POLL_MS)
  }
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((value) => ({ value, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value)
}
