/** Owns writing a file of CSV so that it is there whole or not at all: aside first, then under its name. */

import { type FileHandle, open, rename } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { type OwnPath, ownPath } from '../../infra/stack/own-path.ts'
import type { Separator } from './csv-row.ts'
import { fileProblemOf } from './file-problem.ts'

/** Rows that are made into text at once. */
const BATCH = 10_000
const TO_BE_QUOTED = { ',': /[",\r\n]/, '\t': /["\t\r\n]/ } as const

/** What happens while the rows are made is thrown as it is, and no file is left. @throws {FileProblem} when it cannot be written. */
export async function writeWhole(
  path: string,
  columns: readonly string[],
  rows: Iterable<readonly string[]>,
  separator: Separator = ',',
): Promise<void> {
  let aside: OwnPath | undefined
  let file: FileHandle | undefined
  try {
    aside = await ownPath(dirname(path), `${basename(path)}.`, '.new')
    file = await open(aside.path, 'w')
    let batch: (readonly string[])[] = [columns]
    for (const row of rows) {
      batch.push(row)
      if (batch.length < BATCH) continue
      await file.appendFile(textOf(batch, separator))
      batch = []
    }
    await file.appendFile(textOf(batch, separator))
    // Under its name it is to be whole even when the machine loses its power.
    await file.sync()
    await file.close()
    await rename(aside.path, path)
  } catch (cause) {
    await file?.close()
    throw fileProblemOf(cause, path)
  } finally {
    await aside?.end()
  }
}

/** By hand: of the millions of amounts of a month `csv-stringify` took 3 µs each, a third of all that the month took. */
function textOf(rows: readonly (readonly string[])[], separator: Separator): string {
  const toBeQuoted = TO_BE_QUOTED[separator]
  let text = ''
  for (const row of rows) {
    let before = ''
    for (const field of row) {
      text += before
      text += toBeQuoted.test(field) ? `"${field.replaceAll('"', '""')}"` : field
      before = separator
    }
    text += '\n'
  }
  return text
}
