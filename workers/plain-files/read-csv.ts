/**
 * Owns reading a file of CSV row by row, as bytes. Twenty million lines are read so: `csv-parse` took 20 to 30 µs for a line
 * of nine fields on the machine of the README at a load of 15, some eight minutes a month, and makes a string of every field.
 */

import { type FileHandle, open } from 'node:fs/promises'
import { CsvRow, type Separator } from './csv-row.ts'
import { FileProblem, type FileProblems, fileProblemOf } from './file-problem.ts'

export interface CsvSource {
  readonly path: string
  /** Each has to be there, once, in whatever order. No other may be there. */
  readonly columns: readonly string[]
  readonly problems: FileProblems
  readonly separator?: Separator
  /** Bytes that were read, of all that there are. */
  readonly onProgress?: ((read: number, all: number) => void) | undefined
}

const CHUNK = 1 << 20
const BOM = Buffer.from([0xef, 0xbb, 0xbf])
const LF = 0x0a

/**
 * Calls `take` with each row after the header: its columns are numbered as `columns` are. A row of too few or too many fields
 * is told to `problems` and passed over. @throws {FileProblem} for a file that cannot be read on, with what else was told.
 */
export async function readCsv(source: CsvSource, take: (row: CsvRow) => void): Promise<void> {
  let file: FileHandle | undefined
  try {
    file = await open(source.path)
    await readFrom(file, source, take)
  } catch (cause) {
    source.problems.add(fileProblemOf(cause, source.path))
    source.problems.throwAny()
  } finally {
    await file?.close()
  }
}

async function readFrom(file: FileHandle, source: CsvSource, take: (row: CsvRow) => void): Promise<void> {
  const { path, columns, problems, onProgress, separator } = source
  const { size } = await file.stat()
  const row = new CsvRow(path, Buffer.allocUnsafe(2 * CHUNK + 1), separator)
  const { bytes } = row
  let [from, to, read] = [0, 0, 0]
  let isHeader = true
  for (let isLast = false; !isLast; ) {
    // What is left of the last chunk goes to the front, and the next chunk behind it.
    bytes.copyWithin(0, from, to)
    to -= from
    if (to > CHUNK) throw row.problem('a row of more than a megabyte: was a quote opened and never closed?')
    const startsAt = read - to
    const { bytesRead } = await file.read(bytes, to, CHUNK)
    isLast = bytesRead === 0
    read += bytesRead
    to += bytesRead
    from = startsAt === 0 && bytes.subarray(0, Math.min(to, BOM.length)).equals(BOM) ? BOM.length : 0
    if (isLast && to > from && bytes[to - 1] !== LF) to = bytes.writeUInt8(LF, to)
    row.use(from, to, startsAt)
    while (row.next()) {
      if (isHeader) row.isHeader(columns)
      else if (row.fields === columns.length) take(row)
      else problems.add(row.problem(`${row.fields} fields, and the header has ${columns.length}`))
      isHeader = false
    }
    from = row.taken
    onProgress?.(read, size)
  }
  if (to > from) throw row.problem('a quote is opened, and never closed')
  if (isHeader) throw new FileProblem(path, 1, `the header line is missing: ${columns.join(',')}`)
}
