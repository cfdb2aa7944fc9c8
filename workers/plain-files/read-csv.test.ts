import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileProblems } from './file-problem.ts'
import { readCsv } from './read-csv.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-csv-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const COLUMNS = ['a', 'b', 'c']
async function read(text: string) {
  const path = join(folder, 'file')
  await writeFile(path, text)
  const rows: { line: number; offset: number; values: string[] }[] = []
  await readCsv({ path, columns: COLUMNS, problems: new FileProblems() }, (row) => {
    rows.push({ line: row.line, offset: row.offset, values: COLUMNS.map((_, column) => row.text(column)) })
  })
  return rows
}

const field = fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.stringMatching(/^[",\r\n ab€]{0,6}$/))

test('reads what csv-stringify writes, as csv-parse does, with the line and the byte that each row begins at', async () => {
  const rows = fc.array(fc.tuple(field, field, field), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom('\n', '\r\n'), async (values, record_delimiter) => {
      const text = stringify([COLUMNS, ...values], { quoted_match: /[\r\n]/, record_delimiter, quoted_empty: true })
      // What cannot be written in UTF-8, half of a surrogate pair, is written as something else.
      const real = Buffer.from(text).toString()
      const found = await read(text)
      expect(found.map((row) => row.values)).toEqual(parse(real).slice(1))
      for (const { line, offset } of found)
        expect(Buffer.from(text).subarray(0, offset).toString().split('\n')).toHaveLength(line)
    }),
    { numRuns: 500 },
  )
})

test('rows lie across chunks', async () => {
  // Lengths that have no common measure with that of a chunk.
  const values = Array.from({ length: 30_000 }, (_, n) => [String(n), '"x"\n,'.repeat(n % 23), 'é'.repeat(n % 41)])
  const rows = await read(stringify([COLUMNS, ...values]))
  expect(rows.map((row) => row.values)).toEqual(values)
})

test('a row that is longer than a chunk is refused by its line', async () => {
  await expect(read(`a,b,c\n1,2,3\n1,"${'x\n'.repeat(2_000_000)}`)).rejects.toThrow(
    /file:3: a row of more than a megabyte/,
  )
})
