/** Owns the waits of a client: before it connects again, for a connection to come about, and for its session to be lost (R1). */

import type { CloseName } from '../close-codes.ts'
import { BACKOFF, fullJitterMs } from './backoff.ts'

/** Time for a socket to open, greet and accept the sign-in or resume. */
const CONNECT_TIMEOUT_MS = 15_000
/** A connection that lived this long begins the count of attempts anew. */
const STABLE_AFTER_MS = 10_000
/** News comes in bursts, and from flapping networks: it hastens at most one attempt in this time, and leaves one this young alone. */
const HASTEN_APART_MS = 1_000
/** A gateway that has too much to do, or was asked too much, is asked again this many attempts later than another. */
const OVERLOADED_ATTEMPTS = 3
const OVERLOADED: ReadonlySet<string> = new Set<CloseName>(['overloaded', 'too_many_requests'])

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
  /** When the present wait ends, and whether the gateway chose it; on the wall clock, which goes on while the machine sleeps. */
  #dueMs = 0
  #waitMs = 0
  #isSlot = false
  #hastenedAtMs = 0
  #begunAtMs = 0
  /** No attempt can succeed now, as far as the surroundings know: attempts are rare, and do not count. */
  isOffline = false
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

  /** Whether the attempt under way has taken longer than most. */
  get isSlow(): boolean {
    return Date.now() - this.#begunAtMs > HASTEN_APART_MS
  }

  /** A connection is begun; `giveUp` is called when it does not come about. */
  begun(giveUp: () => void): void {
    this.#begunAtMs = Date.now()
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
    const slotMs = this.#slotMs
    const waitMs = slotMs ?? (this.isOffline ? BACKOFF.mostMs : fullJitterMs(this.#attempt, Math.random))
    this.#slotMs = undefined
    this.#isSlot = slotMs !== undefined
    if (!this.isOffline) this.#attempt += OVERLOADED.has(name) ? OVERLOADED_ATTEMPTS : 1
    if (resumeWithinMs !== undefined) this.#lossTimer ??= setTimeout(() => this.#lose(), resumeWithinMs)
    this.#wait(waitMs)
    return waitMs
  }

  /** There is reason to believe that an attempt would succeed now: it comes as soon as a first one, but not before the slot of `goaway`. */
  hasten(): void {
    const nowMs = Date.now()
    const leftMs = this.#dueMs - nowMs
    if (this.#isSlot) {
      // What is left of it by the wall clock: the timer stood still while the machine slept.
      this.#wait(Math.max(0, Math.min(leftMs, this.#waitMs)))
    } else if (nowMs - this.#hastenedAtMs >= HASTEN_APART_MS) {
      this.#hastenedAtMs = nowMs
      this.#attempt = 1
      this.#wait(Math.max(0, Math.min(leftMs, fullJitterMs(0, Math.random))))
    }
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

  #wait(ms: number): void {
    clearTimeout(this.#againTimer)
    this.#waitMs = ms
    this.#dueMs = Date.now() + ms
    this.#againTimer = setTimeout(() => this.#parts.connect(), ms)
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
