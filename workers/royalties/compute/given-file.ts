/** Owns what every file that is given has in common. */

import type { CsvRow } from '../../plain-files/csv-row.ts'
import type { CsvSource } from '../../plain-files/read-csv.ts'

export type GivenFile = Omit<CsvSource, 'columns'>

/** What is wrong when a column holds nothing: there is none that may be empty. */
export function emptyColumn(row: CsvRow, columns: readonly string[]): string | undefined {
  for (let column = 0; column < columns.length; column += 1)
    if (row.start(column) === row.end(column)) return `\`${columns[column]}\` is empty`
  return undefined
}
