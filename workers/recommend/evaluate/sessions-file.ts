/** Owns reading a file of sessions: tab-separated SessionId, ItemId, Time, as rn5l/session-rec has them. */

import type { CsvRow } from '../../plain-files/csv-row.ts'
import { FileProblems } from '../../plain-files/file-problem.ts'
import { readCsv } from '../../plain-files/read-csv.ts'

const COLUMNS = ['SessionId', 'ItemId', 'Time'] as const
const [SESSION, ITEM, TIME] = [0, 1, 2] as const
const A_TIME = /^\d{1,15}(\.\d+)?$/

export interface Session {
  readonly id: string
  /** In the order of their times; of equal ones in that of the file. */
  readonly items: readonly string[]
  /** Of its last item, seconds since 1970. */
  readonly lastAt: number
}

interface Row {
  readonly item: string
  readonly at: number
}

/** The sessions of a file, each once, wherever its rows stand. @throws {FileProblem} */
export async function readSessions(path: string): Promise<Session[]> {
  const problems = new FileProblems()
  const rows = new Map<string, Row[]>()
  await readCsv({ path, columns: COLUMNS, problems, separator: '\t' }, (row) => {
    const session = named(row, SESSION, problems)
    const item = named(row, ITEM, problems)
    const time = row.text(TIME)
    if (!A_TIME.test(time))
      return problems.add(row.problem(`\`Time\` is no number of seconds: ${JSON.stringify(time)}`))
    if (session === undefined || item === undefined) return
    const known = rows.get(session)
    if (known === undefined) rows.set(session, [{ item, at: Number(time) }])
    else known.push({ item, at: Number(time) })
  })
  problems.throwAny()
  return [...rows].map(([id, heard]) => {
    heard.sort((a, b) => a.at - b.at)
    return { id, items: heard.map(({ item }) => item), lastAt: heard.at(-1)?.at ?? 0 }
  })
}

/** A comma in the name of an item would make two of it in what is written. */
function named(row: CsvRow, column: typeof SESSION | typeof ITEM, problems: FileProblems): string | undefined {
  const text = row.text(column)
  if (text !== '' && !(column === ITEM && text.includes(','))) return text
  const reason = text === '' ? 'is empty' : `has a comma: ${JSON.stringify(text)}`
  problems.add(row.problem(`\`${COLUMNS[column]}\` ${reason}`))
  return undefined
}
