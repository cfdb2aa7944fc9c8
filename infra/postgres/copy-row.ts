/** Owns where the fields of a row are that PostgreSQL copies in its binary format, in bytes that come chunk by chunk. */

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')
/** The signature, flags, and the length of what else the header has: nothing yet, in any version. */
const HEADER_LENGTH = SIGNATURE.length + 8
const TRAILER = -1
const NULL = -1
const MOST_FIELDS = 64
const AT_FIRST = 1 << 20
/** PostgreSQL counts from 2000 on. */
const EPOCH_MS = Date.UTC(2000, 0, 1)
const [DAY_MS, HIGH_WORD] = [86_400_000, 2 ** 32] as const

/** One object that moves from row to row: what is to be kept of a row is copied. */
export class CopyRow {
  bytes = Buffer.allocUnsafe(AT_FIRST)
  view = viewOf(this.bytes)
  readonly #starts = new Int32Array(MOST_FIELDS)
  /** Before its start, where a field is null. */
  readonly #ends = new Int32Array(MOST_FIELDS)
  #next = 0
  #limit = 0
  #isBegun = false
  #isWhole = false

  /** Whether the row that ends a copy was met. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** What comes next; what is left of the chunks before stands in front of it. */
  take(chunk: Uint8Array): void {
    const left = this.#limit - this.#next
    if (left + chunk.length > this.bytes.length) {
      const wider = Buffer.allocUnsafe(2 * (left + chunk.length))
      this.bytes.copy(wider, 0, this.#next, this.#limit)
      this.bytes = wider
      this.view = viewOf(wider)
    } else this.bytes.copyWithin(0, this.#next, this.#limit)
    this.bytes.set(chunk, left)
    this.#next = 0
    this.#limit = left + chunk.length
  }

  /** Moves to the next row. False: the chunks so far have no whole row any more. @throws for what is not in that format. */
  next(): boolean {
    if (!this.#isBegun && !this.#begins()) return false
    const { view } = this
    const limit = this.#limit
    let at = this.#next
    if (at + 2 > limit) return false
    const fields = view.getInt16(at)
    at += 2
    if (fields === TRAILER) {
      this.#isWhole = true
      return false
    }
    if (fields > MOST_FIELDS) throw new Error(`PostgreSQL copied a row of ${fields} fields`)
    for (let field = 0; field < fields; field += 1) {
      if (at + 4 > limit) return false
      const length = view.getInt32(at)
      at += 4
      this.#starts[field] = at
      this.#ends[field] = at + length
      if (length !== NULL) at += length
    }
    if (at > limit) return false
    this.#next = at
    return true
  }

  start(column: number): number {
    return this.#starts[column] as number
  }

  end(column: number): number {
    return this.#ends[column] as number
  }

  isNull(column: number): boolean {
    return this.end(column) < this.start(column)
  }

  text(column: number): string {
    return this.bytes.toString('utf8', this.start(column), this.end(column))
  }

  isTrue(column: number): boolean {
    return this.bytes[this.start(column)] === 1
  }

  int32(column: number): number {
    return this.view.getInt32(this.start(column))
  }

  /** Of a `timestamptz`: milliseconds since 1970, rounded down. */
  ms(column: number): number {
    const start = this.start(column)
    const micros = this.view.getInt32(start) * HIGH_WORD + this.view.getUint32(start + 4)
    return EPOCH_MS + Math.floor(micros / 1_000)
  }

  /** Of a `date`: milliseconds since 1970. */
  dayMs(column: number): number {
    return EPOCH_MS + this.int32(column) * DAY_MS
  }

  #begins(): boolean {
    if (this.#limit < HEADER_LENGTH) return false
    if (!this.bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE))
      throw new Error('what PostgreSQL copied is not in its binary format')
    this.#next = HEADER_LENGTH
    this.#isBegun = true
    return true
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
