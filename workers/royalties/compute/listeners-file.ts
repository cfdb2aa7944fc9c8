/** Owns reading the file of listeners: who pays what, and into which pool. */

import { readCsv } from '../../plain-files/read-csv.ts'
import type { MonthBook } from '../reckoning/month-book.ts'
import { emptyColumn, type GivenFile } from './given-file.ts'
import { readWhole } from './whole-number.ts'

const COLUMNS = ['listener_id', 'territory', 'tier', 'currency', 'net_revenue_micros'] as const
const [LISTENER, TERRITORY, TIER, CURRENCY, REVENUE] = [0, 1, 2, 3, 4] as const
/** As ISO 4217 writes them. */
const CURRENCY_CODE = /^[A-Z]{3}$/

export async function readListeners({ path, problems, onProgress }: GivenFile, book: MonthBook): Promise<void> {
  await readCsv({ path, columns: COLUMNS, problems, onProgress }, (row) => {
    const empty = emptyColumn(row, COLUMNS)
    if (empty !== undefined) return problems.add(row.problem(empty))
    const currency = row.text(CURRENCY)
    if (!CURRENCY_CODE.test(currency))
      return problems.add(row.problem(`\`currency\` is not three capital letters of ISO 4217: ${currency}`))
    const revenue = readWhole(row.text(REVENUE))
    if (revenue === undefined)
      return problems.add(row.problem(`\`net_revenue_micros\` is not a whole number from 0 on: ${row.text(REVENUE)}`))
    const problem = book.addListener({
      listenerId: row.text(LISTENER),
      territory: row.text(TERRITORY),
      tier: row.text(TIER),
      currency,
      revenue,
    })
    if (problem !== undefined) problems.add(row.problem(problem))
  })
}
