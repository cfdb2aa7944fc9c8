/** Owns the life of one client: connected, dropped, away, back, and when each of that was (R1). */

import { fullJitterMs } from '../../../protocol/client/backoff.ts'
import { count, type Tally } from '../tally.ts'
import type { Dialogue, Line } from './dialogue.ts'
import { type Route, Wire, type WireOwner } from './wire.ts'

/** How a line is lost: `silent`: nothing reaches the client any more and the server is not told; `ended`: the connection ends behind the last word. */
export type Drop = 'silent' | 'ended'

/** `jitter`: as R1 says. `held`: after a break, until the word `release`. `herd`: after a break not at all; later the waits of R1, without the random. */
export type Waits = 'jitter' | 'held' | 'herd'

export interface Surroundings {
  readonly tally: Tally
  readonly waits: Waits
  /** Where the client tries this time. */
  route(client: number, attempt: number): Route
  presence(change: 1 | -1): void
}

const CONNECT_WITHIN_MS = 15_000
const STABLE_AFTER_MS = 10_000
const FIRST_WAIT_MS = 500
const MOST_WAIT_MS = 30_000

const clock = () => performance.timeOrigin + performance.now()

export class Listener implements WireOwner, Line {
  readonly dialogue: Dialogue
  readonly #around: Surroundings
  readonly #index: number
  #wire: Wire | undefined
  /** Lost for the client, not yet for the server. */
  #dead: Wire | undefined
  #present = false
  #everPresent = false
  #attempt = 0
  #tries = 0
  #slotMs: number | undefined
  #held = false
  #awayAtMs = 0
  /** The first attempt of this absence, and the latest. */
  #beganAtMs: number | undefined
  #triedAtMs = 0
  #backAtMs = 0
  #bytes = 0
  #timer: NodeJS.Timeout | undefined
  #giveUp: NodeJS.Timeout | undefined

  constructor(index: number, dialogue: Dialogue, around: Surroundings) {
    this.#index = index
    this.dialogue = dialogue
    this.#around = around
  }

  get present(): boolean {
    return this.#present
  }

  connect(): void {
    clearTimeout(this.#timer)
    this.#held = false
    this.#tries += 1
    this.#bytes = 0
    this.#triedAtMs = clock()
    this.#beganAtMs ??= this.#triedAtMs
    this.#around.tally.attempts += 1
    const route = this.#around.route(this.#index, this.#tries)
    this.#wire = new Wire(this, route, this.dialogue)
    this.#giveUp = setTimeout(() => this.again(), CONNECT_WITHIN_MS)
  }

  /** The network goes, in the middle of a word, and is back after `awayMs`. */
  drop(kind: Drop, awayMs: number): void {
    const wire = this.#wire
    if (wire === undefined || !this.#present) return
    this.dialogue.report()
    this.dialogue.ask()
    this.#absent()
    if (kind === 'silent') this.#dead = wire
    else wire.finish()
    this.#timer = setTimeout(() => this.connect(), awayMs)
  }

  /** After a break with `held`: now. */
  release(): void {
    if (this.#held) this.connect()
  }

  leave(): void {
    this.#absent()
    clearTimeout(this.#timer)
    this.#dead?.reset()
  }

  opened(wire: Wire): void {
    if (wire !== this.#wire) return
    this.#around.tally.openMs.push(clock() - this.#triedAtMs)
    this.dialogue.begin(this)
  }

  heard(wire: Wire, payload: Buffer): void {
    if (wire !== this.#wire) {
      this.#around.tally.framesIntoTheVoid += 1
      return
    }
    if (!this.#present) this.#bytes += payload.length
    this.dialogue.heard(payload)
  }

  ended(wire: Wire, why: string): void {
    if (wire === this.#dead) this.#dead = undefined
    if (wire !== this.#wire) return
    count(this.#around.tally.ends, why)
    this.#wire = undefined
    this.#absent(why)
    this.#comeAgain(why)
  }

  send(payload: Uint8Array): void {
    this.#wire?.send(payload)
  }

  caughtUp(): void {
    if (this.#present) return
    clearTimeout(this.#giveUp)
    const { tally } = this.#around
    this.#present = true
    this.#backAtMs = clock()
    this.#around.presence(1)
    this.#dead?.reset()
    this.#dead = undefined
    if (this.#everPresent) {
      tally.returns += 1
      tally.bytesToReturn += this.#bytes
      tally.beganAtMs.push(this.#beganAtMs ?? this.#triedAtMs)
      tally.backAtMs.push(this.#backAtMs)
    }
    this.#everPresent = true
    this.#beganAtMs = undefined
  }

  again(afterMs?: number): void {
    this.#slotMs = afterMs
    this.#absent()
    this.#comeAgain('given up')
  }

  #absent(why?: string): void {
    clearTimeout(this.#giveUp)
    const wire = this.#wire
    this.#wire = undefined
    this.dialogue.silence(why)
    if (!this.#present) {
      wire?.reset()
      return
    }
    this.#present = false
    this.#awayAtMs = clock()
    if (this.#awayAtMs - this.#backAtMs >= STABLE_AFTER_MS) this.#attempt = 0
    this.#around.presence(-1)
  }

  #comeAgain(why: string): void {
    const attempt = this.#attempt
    // R1: an overloaded gateway is asked again three attempts later than another.
    this.#attempt += why === '4005' ? 3 : 1
    const slotMs = this.#slotMs
    this.#slotMs = undefined
    clearTimeout(this.#timer)
    if (slotMs === undefined && this.#around.waits === 'held') {
      this.#held = true
      return
    }
    this.#timer = setTimeout(() => this.connect(), slotMs ?? this.#waitMs(attempt))
  }

  #waitMs(attempt: number): number {
    if (this.#around.waits === 'jitter') return fullJitterMs(attempt, Math.random)
    return this.#beganAtMs === undefined ? 0 : Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt)
  }
}
