/** Owns the waits of a client: before it connects again, for a connection to come about, and for its session to be lost (R1). */

import type { CloseName } from '../close-codes.ts'
import { fullJitterMs } from './backoff.ts'

/** Time for a socket to open, greet and accept the sign-in or resume. */
const CONNECT_TIMEOUT_MS = 15_000
/** A connection that lived this long begins the count of attempts anew. */
const STABLE_AFTER_MS = 10_000
/** A gateway that has too much to do is asked again this many attempts later than another. */
const OVERLOADED_ATTEMPTS = 3

type Timer = ReturnType<typeof setTimeout> | undefined

export interface ReconnectionParts {
  /** The wait is over. */
  connect(): void
  /** The session no longer waits for us: the next connection signs in anew. */
  sessionLost(): void
}

export class Reconnection {
  readonly #parts: ReconnectionParts
  #attempt = 0
  #slotMs: number | undefined
  #sessionLost = false
  #againTimer: Timer
  #connectTimer: Timer
  #stableTimer: Timer
  #lossTimer: Timer

  constructor(parts: ReconnectionParts) {
    this.#parts = parts
  }

  /** Whether the session that was open is past saving. */
  get isSessionLost(): boolean {
    return this.#sessionLost
  }

  /** A connection is begun; `giveUp` is called when it does not come about. */
  begun(giveUp: () => void): void {
    this.#connectTimer = setTimeout(giveUp, CONNECT_TIMEOUT_MS)
  }

  connected(): void {
    clearTimeout(this.#connectTimer)
    this.#forgetLoss()
    this.#sessionLost = false
    // A gateway that closes right after it said yes is not hammered.
    this.#stableTimer = setTimeout(() => {
      this.#attempt = 0
    }, STABLE_AFTER_MS)
  }

  /** The gateway says when to come back: the next wait is this one. */
  useSlot(ms: number): void {
    this.#slotMs = ms
  }

  /** The socket is gone: connects again after a wait, which is returned. `resumeWithinMs`: how long a session waits for that. */
  again(name: CloseName | 'unknown', resumeWithinMs: number | undefined): number {
    const waitMs = this.#slotMs ?? fullJitterMs(this.#attempt, Math.random)
    this.#slotMs = undefined
    this.#attempt += name === 'overloaded' ? OVERLOADED_ATTEMPTS : 1
    if (resumeWithinMs !== undefined) this.#lossTimer ??= setTimeout(() => this.#lose(), resumeWithinMs)
    this.#againTimer = setTimeout(() => this.#parts.connect(), waitMs)
    return waitMs
  }

  /** Nothing is waited for but the end of the session. */
  quiet(): void {
    clearTimeout(this.#againTimer)
    clearTimeout(this.#connectTimer)
    clearTimeout(this.#stableTimer)
  }

  /** Nothing is waited for at all. */
  stop(): void {
    this.quiet()
    this.#forgetLoss()
  }

  #lose(): void {
    this.#sessionLost = true
    this.#parts.sessionLost()
  }

  #forgetLoss(): void {
    clearTimeout(this.#lossTimer)
    this.#lossTimer = undefined
  }
}
