/** Owns where the fields of a row of CSV are (RFC 4180, or with tabs for its commas), in bytes that are read into one buffer, chunk by chunk. */

import { isAscii, isUtf8 } from 'node:buffer'
import { FileProblem } from './file-problem.ts'

const [QUOTE, LF, CR] = [0x22, 0x0a, 0x0d] as const
/** What stands between two fields, by its character. */
export const SEPARATORS = { ',': 0x2c, '\t': 0x09 } as const
export type Separator = keyof typeof SEPARATORS
/** No byte above it ends a field. */
const LAST_SPECIAL = SEPARATORS[',']
/** More than any file has columns. */
const MOST_FIELDS = 256

/** One object that moves from row to row: what is to be kept of a row is copied. */
export class CsvRow {
  readonly bytes: Buffer<ArrayBuffer>
  readonly view: DataView
  readonly #path: string
  readonly #separator: number
  readonly #starts = new Int32Array(MOST_FIELDS)
  readonly #ends = new Int32Array(MOST_FIELDS)
  /** Where the columns that were asked for stand, by their number. */
  #order: readonly number[] = []
  #fields = 0
  #start = 0
  #next = 0
  #limit = 0
  #isAscii = false
  #bufferStartsAt = 0
  #line = 0
  #nextLine = 1

  constructor(path: string, bytes: Buffer<ArrayBuffer>, separator: Separator = ',') {
    this.#path = path
    this.#separator = SEPARATORS[separator]
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** How many fields it has, which may not be how many columns there are. */
  get fields(): number {
    return this.#fields
  }

  /** The line that it begins on: of a row that is not whole, too. */
  get line(): number {
    return this.#line
  }

  /** The byte of the file that it begins at. */
  get offset(): number {
    return this.#bufferStartsAt + this.#start
  }

  /** How much of the buffer was taken by rows so far. */
  get taken(): number {
    return this.#next
  }

  /** Where in the buffer the value of a column is, without its outer quotes. Inner quotes are still double there. */
  start(column: number): number {
    return this.#starts[this.#order[column] as number] as number
  }

  end(column: number): number {
    return this.#ends[this.#order[column] as number] as number
  }

  text(column: number): string {
    const [start, end] = [this.start(column), this.end(column)]
    const text = this.#isAscii ? this.bytes.toString('latin1', start, end) : this.bytes.toString('utf8', start, end)
    return text.includes('"') ? text.replaceAll('""', '"') : text
  }

  /** Whether a column holds these bytes, as they stand in the buffer. */
  is(column: number, value: Uint8Array): boolean {
    const start = this.start(column)
    if (this.end(column) - start !== value.length) return false
    for (let i = 0; i < value.length; i += 1) if (this.bytes[start + i] !== value[i]) return false
    return true
  }

  problem(reason: string): FileProblem {
    return new FileProblem(this.#path, this.#line, reason)
  }

  /** The row is the header: its fields say where the columns are. @throws {FileProblem} unless each is there, once, and no other. */
  isHeader(columns: readonly string[]): void {
    this.#order = Array.from({ length: this.#fields }, (_, field) => field)
    const names = this.#order.map((field) => this.text(field))
    const unknown = names.find((name) => !columns.includes(name))
    if (unknown !== undefined) throw this.problem(`unknown column \`${unknown}\`; wanted are ${columns.join(',')}`)
    const missing = columns.find((column) => !names.includes(column))
    if (missing !== undefined) throw this.problem(`column \`${missing}\` is missing; wanted are ${columns.join(',')}`)
    const twice = names.find((name, index) => names.indexOf(name) !== index)
    if (twice !== undefined) throw this.problem(`column \`${twice}\` stands twice`)
    this.#order = columns.map((column) => names.indexOf(column))
  }

  /** The columns stand as in the file of another row. */
  isOrderedAs(other: CsvRow): void {
    this.#order = other.#order
  }

  /**
   * The buffer has bytes of the file from `from` to `to`, its first byte being byte `startsAt` of the file. The last line of a
   * file ends as others do: whoever fills the buffer sees to that.
   */
  use(from: number, to: number, startsAt: number): void {
    this.#next = from
    this.#limit = to
    this.#bufferStartsAt = startsAt
    this.#isAscii = isAscii(this.bytes.subarray(from, to))
  }

  /**
   * Moves to the next row; lines without anything are passed over. False: the buffer has no whole row any more.
   * @throws {FileProblem} for what is not CSV, or not UTF-8.
   */
  next(): boolean {
    this.#passEmptyLines()
    const { bytes } = this
    const limit = this.#limit
    const separator = this.#separator
    let at = this.#next
    let lines = 1
    this.#start = at
    this.#line = this.#nextLine
    for (let field = 0; ; field += 1) {
      if (field === MOST_FIELDS) throw this.problem(`more than ${MOST_FIELDS} fields`)
      if (at < limit && bytes[at] === QUOTE) {
        const close = this.#closingQuote(at + 1)
        if (close + 1 >= limit) return false
        lines += this.#linesIn(at, close)
        this.#starts[field] = at + 1
        this.#ends[field] = close
        at = close + 1
      } else {
        this.#starts[field] = at
        while (at < limit && !endsField(bytes[at] as number, separator)) at += 1
        if (at === limit) return false
        this.#ends[field] = at
      }
      if (bytes[at] === CR && at + 1 === limit) return false
      if (bytes[at] === CR && bytes[at + 1] === LF) at += 1
      at += 1
      if (bytes[at - 1] === separator) continue
      if (bytes[at - 1] !== LF)
        throw this.problem(
          `field ${field + 1} ends by neither a ${separator === SEPARATORS[','] ? 'comma' : 'tab'} nor the line's end: is a quote amiss?`,
        )
      this.#fields = field + 1
      break
    }
    if (!this.#isAscii && !isUtf8(bytes.subarray(this.#start, at))) throw this.problem('not UTF-8')
    this.#next = at
    this.#nextLine += lines
    return true
  }

  #passEmptyLines(): void {
    const { bytes } = this
    for (; this.#next < this.#limit; this.#next += 1) {
      const byte = bytes[this.#next]
      if (byte === LF) this.#nextLine += 1
      else if (byte !== CR || bytes[this.#next + 1] !== LF || this.#next + 1 === this.#limit) return
    }
  }

  /** At or after the end of what was read: not there. */
  #closingQuote(from: number): number {
    let at = this.bytes.indexOf(QUOTE, from)
    while (at >= 0 && at + 1 < this.#limit && this.bytes[at + 1] === QUOTE) at = this.bytes.indexOf(QUOTE, at + 2)
    return at < 0 ? this.#limit : at
  }

  #linesIn(from: number, to: number): number {
    let lines = 0
    for (let at = this.bytes.indexOf(LF, from); at >= 0 && at < to; at = this.bytes.indexOf(LF, at + 1)) lines += 1
    return lines
  }
}

function endsField(byte: number, separator: number): boolean {
  return byte <= LAST_SPECIAL && (byte === separator || byte === LF || byte === CR || byte === QUOTE)
}
