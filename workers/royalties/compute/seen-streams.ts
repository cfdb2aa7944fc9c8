/**
 * Owns which streams of a file were seen before, and whether with the same content. Ids are kept as hashes and places in the
 * file, which is 20 bytes a stream; where hashes agree, the earlier row is read again, so that nothing is left to chance.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { CsvRow } from '../../plain-files/csv-row.ts'
import { FileProblem, fileProblemOf } from '../../plain-files/file-problem.ts'
import { Column } from '../reckoning/column.ts'
import { hashBytes } from '../reckoning/hash-bytes.ts'

/** An earlier row of the stream, which has other content. */
export interface Difference {
  readonly line: number
  readonly column: number
  readonly text: string
}

export type Seen = 'new' | 'same' | Difference

const STREAM_ID = 0
const [SEED, OTHER_SEED] = [1, 2] as const
/** What is read of an earlier row at first: more than most have. */
const SHORT = 1 << 12
const LONG = 1 << 20
const LF = 0x0a

export class SeenStreams {
  readonly #file: number
  readonly #columns: number
  readonly #hash: typeof hashBytes
  readonly #earlier: CsvRow
  readonly #hashes = new Column(Int32Array)
  readonly #otherHashes = new Column(Int32Array)
  readonly #offsets = new Column(Float64Array)
  readonly #lines = new Column(Int32Array)
  /** One more than the entry; zero is free. At most three quarters of them are taken. */
  #slots = new Int32Array(1 << 12)

  /** @throws {FileProblem} for what is no file that can be read at any place. */
  constructor(path: string, columns: number, hash = hashBytes) {
    this.#columns = columns
    this.#hash = hash
    this.#earlier = new CsvRow(path, Buffer.allocUnsafe(LONG + 1))
    this.#file = opened(path)
    if (fstatSync(this.#file).isFile()) return
    this.close()
    throw new FileProblem(path, undefined, 'not a regular file, as it has to be: a stream that comes again is compared')
  }

  close(): void {
    closeSync(this.#file)
  }

  /** The first column of a row is the id of the stream. */
  note(row: CsvRow): Seen {
    const [start, end] = [row.start(STREAM_ID), row.end(STREAM_ID)]
    const hash = this.#hash(row.view, start, end, SEED)
    const otherHash = this.#hash(row.view, start, end, OTHER_SEED)
    const mask = this.#slots.length - 1
    let slot = hash & mask
    for (let entry = this.#slots[slot] as number; entry !== 0; entry = this.#slots[slot] as number) {
      if (this.#hashes.at(entry - 1) === hash && this.#otherHashes.at(entry - 1) === otherHash) {
        const seen = this.#compare(row, entry - 1)
        if (seen !== 'new') return seen
      }
      slot = (slot + 1) & mask
    }
    this.#hashes.push(hash)
    this.#otherHashes.push(otherHash)
    this.#offsets.push(row.offset)
    this.#lines.push(row.line)
    this.#slots[slot] = this.#hashes.count
    if (this.#hashes.count * 4 > this.#slots.length * 3) this.#widen()
    return 'new'
  }

  /** `new`: another stream, whose id has the same hashes. */
  #compare(row: CsvRow, entry: number): Seen {
    const earlier = this.#read(row, this.#offsets.at(entry))
    for (let column = 0; column < this.#columns; column += 1) {
      if (row.is(column, earlier.bytes.subarray(earlier.start(column), earlier.end(column)))) continue
      return column === STREAM_ID ? 'new' : { line: this.#lines.at(entry), column, text: earlier.text(column) }
    }
    return 'same'
  }

  #read(row: CsvRow, offset: number): CsvRow {
    const { bytes } = this.#earlier
    for (const length of [SHORT, LONG]) {
      const read = readSync(this.#file, bytes, 0, length, offset)
      bytes[read] = LF
      this.#earlier.use(0, read + 1, offset)
      if (
        this.#earlier.next() &&
        this.#earlier.fields === row.fields &&
        (read < length || this.#earlier.taken <= read)
      ) {
        this.#earlier.isOrderedAs(row)
        return this.#earlier
      }
    }
    throw row.problem('the file was changed while it was read')
  }

  #widen(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    for (let entry = 0; entry < this.#hashes.count; entry += 1) {
      let slot = this.#hashes.at(entry) & (slots.length - 1)
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1)
      slots[slot] = entry + 1
    }
    this.#slots = slots
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    throw fileProblemOf(cause, path)
  }
}
