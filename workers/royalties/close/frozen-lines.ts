/** Owns the rows of streams as bytes, made one after the other in one buffer: what `JSON.stringify` would make of them, without a string. */

const [QUOTE, COMMA, DASH, COLON, DOT, Z, ZERO] = [0x22, 0x2c, 0x2d, 0x3a, 0x2e, 0x5a, 0x30] as const
const FULL = 1 << 20
/** A row is no longer: but for the names, which are given as they are. */
const ROOM = 1 << 16
const DIGITS = Buffer.from('0123456789abcdef')
const DAY_MS = 86_400_000
/** A hyphen goes before these bytes of a UUID. */
const isAfterHyphen = (at: number): boolean => at === 4 || at === 6 || at === 8 || at === 10

const BEGIN = Buffer.from('["stream"')
const END = Buffer.from(']\n')

export class FrozenLines {
  readonly #bytes = Buffer.allocUnsafe(FULL + ROOM)
  #at = 0
  #count = 0
  #dayMs = Number.NaN
  /** `"2026-10-31T` */
  #day = Buffer.alloc(0)

  get isFull(): boolean {
    return this.#at >= FULL
  }

  /** What was made since the last time, and of how many rows. It is to be used before the next is made. */
  take(): { readonly bytes: Buffer; readonly count: number } {
    const made = { bytes: this.#bytes.subarray(0, this.#at), count: this.#count }
    this.#at = 0
    this.#count = 0
    return made
  }

  begin(): void {
    this.#copy(BEGIN)
  }

  end(): void {
    this.#copy(END)
    this.#count += 1
  }

  /** A value that is canonical JSON already. */
  json(value: Uint8Array): void {
    this.#push(COMMA)
    this.#copy(value)
  }

  /** A text of which nothing is escaped. */
  plain(bytes: Uint8Array, start: number, end: number): void {
    this.#push(COMMA)
    this.#push(QUOTE)
    const made = this.#bytes
    let at = this.#at
    for (let from = start; from < end; from += 1) made[at++] = bytes[from] as number
    made[at++] = QUOTE
    this.#at = at
  }

  /** The sixteen bytes of a UUID. */
  uuid(bytes: Uint8Array, start: number): void {
    this.#push(COMMA)
    this.#push(QUOTE)
    const made = this.#bytes
    let at = this.#at
    for (let i = 0; i < 16; i += 1) {
      const byte = bytes[start + i] as number
      if (isAfterHyphen(i)) made[at++] = DASH
      made[at++] = DIGITS[byte >> 4] as number
      made[at++] = DIGITS[byte & 15] as number
    }
    made[at++] = QUOTE
    this.#at = at
  }

  /** A whole number from 0 on. */
  number(value: number): void {
    this.#push(COMMA)
    let length = 1
    for (let least = 10; least <= value; least *= 10) length += 1
    this.#digits(value, length)
  }

  /** As `"2026-10-31T23:59:59.999Z"`. */
  time(ms: number): void {
    const dayMs = Math.floor(ms / DAY_MS) * DAY_MS
    if (dayMs !== this.#dayMs) {
      this.#dayMs = dayMs
      this.#day = Buffer.from(`"${new Date(dayMs).toISOString().slice(0, 11)}`)
    }
    const rest = ms - dayMs
    this.#push(COMMA)
    this.#copy(this.#day)
    this.#digits(Math.floor(rest / 3_600_000), 2)
    this.#push(COLON)
    this.#digits(Math.floor(rest / 60_000) % 60, 2)
    this.#push(COLON)
    this.#digits(Math.floor(rest / 1_000) % 60, 2)
    this.#push(DOT)
    this.#digits(rest % 1_000, 3)
    this.#push(Z)
    this.#push(QUOTE)
  }

  #push(byte: number): void {
    this.#bytes[this.#at] = byte
    this.#at += 1
  }

  #copy(value: Uint8Array): void {
    const made = this.#bytes
    let at = this.#at
    for (let i = 0; i < value.length; i += 1) made[at++] = value[i] as number
    this.#at = at
  }

  #digits(value: number, length: number): void {
    let left = value
    for (let at = this.#at + length - 1; at >= this.#at; at -= 1) {
      const tenth = Math.floor(left / 10)
      this.#bytes[at] = ZERO + left - tenth * 10
      left = tenth
    }
    this.#at += length
  }
}
