/** Owns what is known of events without asking the store: that one was surely never here before. No clock, no I/O. */

import { uuidv7TimeMs } from '../../protocol/ids.ts'
import { MOST_AHEAD_MS } from '../../protocol/telemetry-event.ts'

export interface SeenOptions {
  /** What came is remembered for at least so long, and for at most twice as long. */
  readonly rememberMs: number
  /** Of so many, or shorter. */
  readonly remember: number
  /** Of each of the two memories: a power of two. */
  readonly bits: number
}

/** Of 5,000 events a second for ten minutes, one in 20,000 is taken for known that is not. */
const DEFAULTS: SeenOptions = { rememberMs: 10 * 60_000, remember: 4_000_000, bits: 2 ** 27 }
const HASHES = 4
const VERSION_7 = '7'

interface Memory {
  /** A Bloom filter: what it does not have never came. */
  readonly words: Uint32Array
  count: number
  /** The latest time that an id in it was made. */
  youngestMs: number
}

/** Two memories take turns. An id that was made later than all that is forgotten, and is in neither, never came. */
export class SeenEvents {
  readonly #options: SeenOptions
  #now: Memory
  #before: Memory
  #turnAtMs = 0
  #forgottenMs = 0

  constructor(options: Partial<SeenOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options }
    const { bits } = this.#options
    this.#now = { words: new Uint32Array(bits / 32), count: 0, youngestMs: 0 }
    this.#before = { words: new Uint32Array(bits / 32), count: 0, youngestMs: 0 }
  }

  /**
   * Notes an event, and says whether it is surely new; asked again, the answer is no.
   * @param knownToMs no id that came before all came by here was made later.
   * @param receivedMs when the gateway took it.
   */
  isNew(id: string, knownToMs: number, receivedMs: number): boolean {
    this.#turn(receivedMs)
    const came = this.#note(id)
    const madeMs = id[14] === VERSION_7 ? uuidv7TimeMs(id) : 0
    // Of a clock that is wrong by more nothing is known.
    if (madeMs > receivedMs + MOST_AHEAD_MS) return false
    if (madeMs > this.#now.youngestMs) this.#now.youngestMs = madeMs
    return !came && madeMs > knownToMs && madeMs > this.#forgottenMs
  }

  #turn(receivedMs: number): void {
    const { rememberMs, remember } = this.#options
    if (this.#turnAtMs === 0) this.#turnAtMs = receivedMs + rememberMs
    if (receivedMs < this.#turnAtMs && this.#now.count < remember) return
    this.#turnAtMs = receivedMs + rememberMs
    this.#forgottenMs = Math.max(this.#forgottenMs, this.#before.youngestMs)
    const words = this.#before.words.fill(0)
    this.#before = this.#now
    this.#now = { words, count: 0, youngestMs: 0 }
  }

  /** Whether it came before. The random half of an id is hash enough: of ids that are not random, more are in doubt. */
  #note(id: string): boolean {
    const now = this.#now.words
    const before = this.#before.words
    const mask = this.#options.bits - 1
    const step = Number.parseInt(id.slice(28, 36), 16) | 1
    let at = Number.parseInt(id.slice(20, 23) + id.slice(24, 28), 16)
    let inNow = true
    let inBefore = true
    for (let i = 0; i < HASHES; i += 1) {
      at = (at + step) | 0
      const word = (at & mask) >>> 5
      const bit = 1 << (at & 31)
      const had = now[word] ?? 0
      if ((had & bit) === 0) inNow = false
      if (((before[word] ?? 0) & bit) === 0) inBefore = false
      now[word] = had | bit
    }
    if (!inNow) this.#now.count += 1
    return inNow || inBefore
  }
}
