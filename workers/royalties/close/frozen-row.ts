/** Owns where the values of a frozen stream are: a row of canonical JSON of texts and numbers, in bytes that are read chunk by chunk. */

import type { Discovery } from '../reckoning/rules.ts'
import type { FrozenStream } from './frozen-month.ts'

const [QUOTE, COMMA, BACKSLASH, OPEN, CLOSE, LF, ZERO] = [0x22, 0x2c, 0x5c, 0x5b, 0x5d, 0x0a, 0x30] as const
const MOST_VALUES = 12
/** With what the row of a stream begins. */
const STREAM = Buffer.from('["stream",')

/** The place of each value in the row. */
export const STREAM_COLUMNS = {
  id: 1,
  listener: 2,
  isrc: 3,
  artist: 4,
  startedAt: 5,
  msPlayed: 6,
  territory: 7,
  tier: 8,
  discovery: 9,
  lateMonth: 10,
  lateReason: 11,
} as const
const { id, listener, isrc, artist, startedAt, msPlayed, territory, tier, discovery, lateMonth, lateReason } =
  STREAM_COLUMNS

/** One object that moves from row to row: what is to be kept of a row is copied. */
export class FrozenRow {
  readonly bytes: Buffer
  readonly view: DataView
  readonly #starts = new Int32Array(MOST_VALUES)
  readonly #ends = new Int32Array(MOST_VALUES)
  #values = 0
  #start = 0
  #next = 0
  #limit = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** How much of the buffer was taken by rows so far. */
  get taken(): number {
    return this.#next
  }

  /** The buffer has bytes of the file from its front to `to`. */
  use(to: number): void {
    this.#next = 0
    this.#limit = to
  }

  /** Moves to the next row. False: the buffer has no whole row any more. */
  next(): boolean {
    const end = this.bytes.indexOf(LF, this.#next)
    if (end < 0 || end >= this.#limit) return false
    this.#start = this.#next
    this.#next = end + 1
    return true
  }

  /** Whether it is that of a stream: then its values are told from now on. @throws when it is not as such rows are. */
  isStream(): boolean {
    if (!this.#startsWith(STREAM)) return false
    this.#split()
    return true
  }

  /** As it stands, whatever it is of. */
  json(): string {
    return this.bytes.toString('utf8', this.#start, this.#next)
  }

  start(column: number): number {
    return this.#starts[column] as number
  }

  end(column: number): number {
    return this.#ends[column] as number
  }

  text(column: number): string {
    const text = this.bytes.toString('utf8', this.start(column), this.end(column))
    return text.includes('\\') ? JSON.parse(`"${text}"`) : text
  }

  /** A whole number from 0 on. */
  number(column: number): number {
    const [start, end] = [this.start(column), this.end(column)]
    let number = 0
    for (let at = start; at < end; at += 1) number = number * 10 + (this.bytes[at] as number) - ZERO
    return number
  }

  /** The day in UTC on which it was begun, as 20261031. */
  day(): number {
    const start = this.start(startedAt)
    return (
      this.#pair(start) * 1_000_000 +
      this.#pair(start + 2) * 10_000 +
      this.#pair(start + 5) * 100 +
      this.#pair(start + 8)
    )
  }

  get isLate(): boolean {
    return this.#values > lateReason
  }

  stream(): FrozenStream {
    return {
      id: this.text(id),
      listener: this.number(listener),
      isrc: this.text(isrc),
      artist: this.text(artist),
      startedAt: this.text(startedAt),
      msPlayed: this.number(msPlayed),
      territory: this.text(territory),
      tier: this.text(tier),
      discovery: this.text(discovery) as Discovery,
      late: this.isLate
        ? { month: this.text(lateMonth), reason: this.text(lateReason) as 'late' | 'longer' }
        : undefined,
    }
  }

  #pair(at: number): number {
    return ((this.bytes[at] as number) - ZERO) * 10 + (this.bytes[at + 1] as number) - ZERO
  }

  #startsWith(value: Uint8Array): boolean {
    for (let i = 0; i < value.length; i += 1) if (this.bytes[this.#start + i] !== value[i]) return false
    return true
  }

  #split(): void {
    const { bytes } = this
    let at = this.#start
    if (bytes[at] !== OPEN) throw this.#odd()
    let values = 0
    for (; bytes[at] !== CLOSE; values += 1) {
      at += 1
      if (values === MOST_VALUES) throw this.#odd()
      if (bytes[at] === QUOTE) {
        at += 1
        this.#starts[values] = at
        while (bytes[at] !== QUOTE && bytes[at] !== LF) at += bytes[at] === BACKSLASH ? 2 : 1
        this.#ends[values] = at
        at += 1
      } else {
        this.#starts[values] = at
        while (bytes[at] !== COMMA && bytes[at] !== CLOSE && bytes[at] !== LF) at += 1
        this.#ends[values] = at
      }
      if (bytes[at] !== COMMA && bytes[at] !== CLOSE) throw this.#odd()
    }
    this.#values = values
    if (at + 2 !== this.#next || values <= discovery) throw this.#odd()
  }

  #odd(): Error {
    return new Error(`no stream is frozen as ${this.json()}`)
  }
}
