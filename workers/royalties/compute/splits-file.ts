/** Owns reading the file of splits: who has which share of a recording. */

import { FileProblem } from '../../plain-files/file-problem.ts'
import { readCsv } from '../../plain-files/read-csv.ts'
import type { MonthBook } from '../reckoning/month-book.ts'
import { emptyColumn, type GivenFile } from './given-file.ts'
import { readWhole } from './whole-number.ts'

const COLUMNS = ['isrc', 'holder_id', 'share_num', 'share_den'] as const
const [ISRC, HOLDER, NUM, DEN] = [0, 1, 2, 3] as const

export async function readSplits({ path, problems, onProgress }: GivenFile, book: MonthBook): Promise<void> {
  /** By recording: where its first share stands. */
  const firstLine: number[] = []
  await readCsv({ path, columns: COLUMNS, problems, onProgress }, (row) => {
    const empty = emptyColumn(row, COLUMNS)
    if (empty !== undefined) return problems.add(row.problem(empty))
    const num = readWhole(row.text(NUM))
    if (num === undefined)
      return problems.add(row.problem(`\`share_num\` is not a whole number from 0 on: ${row.text(NUM)}`))
    const den = readWhole(row.text(DEN))
    if (den === undefined || den === 0n)
      return problems.add(row.problem(`\`share_den\` is not a whole number from 1 on: ${row.text(DEN)}`))
    const isrc = row.text(ISRC)
    const problem = book.addShare({ isrc, holder: row.text(HOLDER), share: { num, den } })
    if (problem !== undefined) return problems.add(row.problem(problem))
    firstLine[book.recording(isrc)] ??= row.line
  })
  for (const { recording, problem } of book.wrongShares())
    problems.add(new FileProblem(path, firstLine[recording], problem))
}
