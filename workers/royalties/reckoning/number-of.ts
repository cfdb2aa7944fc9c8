/** Owns the remembering of numbers of ids as bytes, so that an id is made a string the first time only. */

import { hashBytes } from './hash-bytes.ts'

/** A row whose fields stand in a buffer, wherever it comes from. */
export interface BytesRow {
  readonly bytes: Uint8Array
  /** Of the same bytes. */
  readonly view: DataView
  start(column: number): number
  end(column: number): number
  text(column: number): string
}

const SEED = 0x5e61
const AT_FIRST = 1 << 10

/** Open addressing: the slot after the one that is taken. At most half of the slots are taken. */
export class NumberOf {
  readonly #column: number
  readonly #find: (id: string) => number
  /** One more than the entry; zero is free. */
  #slots = new Int32Array(AT_FIRST)
  #hashes = new Int32Array(AT_FIRST / 2)
  #numbers = new Int32Array(AT_FIRST / 2)
  /** Entry `n` is from `ends[n]` to `ends[n + 1]`. */
  #ends = new Float64Array(AT_FIRST / 2 + 1)
  #ids = Buffer.allocUnsafe(AT_FIRST * 16)
  #count = 0

  /** @param find tells the number of an id, below zero when it has none: then it is asked again the next time. */
  constructor(column: number, find: (id: string) => number) {
    this.#column = column
    this.#find = find
  }

  /** The number of what stands in the column. */
  in(row: BytesRow): number {
    const start = row.start(this.#column)
    const end = row.end(this.#column)
    const hash = hashBytes(row.view, start, end, SEED)
    const mask = this.#slots.length - 1
    let slot = hash & mask
    for (let entry = this.#slots[slot] as number; entry !== 0; entry = this.#slots[slot] as number) {
      if (this.#hashes[entry - 1] === hash && this.#isEntry(entry - 1, row.bytes, start, end))
        return this.#numbers[entry - 1] as number
      slot = (slot + 1) & mask
    }
    const number = this.#find(row.text(this.#column))
    if (number >= 0) this.#enter(slot, hash, number, row.bytes.subarray(start, end))
    return number
  }

  #isEntry(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#ends[entry] as number
    if ((this.#ends[entry + 1] as number) - from !== end - start) return false
    for (let i = end - start - 1; i >= 0; i -= 1) if (bytes[start + i] !== this.#ids[from + i]) return false
    return true
  }

  #enter(slot: number, hash: number, number: number, id: Uint8Array): void {
    const from = this.#ends[this.#count] as number
    if (from + id.length > this.#ids.length)
      this.#ids = Buffer.concat([this.#ids], Math.max(this.#ids.length * 2, from + id.length))
    this.#ids.set(id, from)
    this.#hashes[this.#count] = hash
    this.#numbers[this.#count] = number
    this.#count += 1
    this.#ends[this.#count] = from + id.length
    this.#slots[slot] = this.#count
    if (this.#count * 2 === this.#slots.length) this.#widen()
  }

  #widen(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    for (let entry = 0; entry < this.#count; entry += 1) {
      let slot = (this.#hashes[entry] as number) & (slots.length - 1)
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1)
      slots[slot] = entry + 1
    }
    this.#slots = slots
    this.#hashes = wider(this.#hashes, new Int32Array(this.#count * 2))
    this.#numbers = wider(this.#numbers, new Int32Array(this.#count * 2))
    const ends = new Float64Array(this.#count * 2 + 1)
    ends.set(this.#ends)
    this.#ends = ends
  }
}

function wider(values: Int32Array, into: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  into.set(values)
  return into
}
