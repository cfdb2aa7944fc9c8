/** Owns reading a file of labels: which accounts are shared. */

import { FileProblems } from '../../plain-files/file-problem.ts'
import { readCsv } from '../../plain-files/read-csv.ts'

const COLUMNS = ['account', 'shared'] as const
const [ACCOUNT, SHARED] = [0, 1] as const

export async function readLabels(path: string): Promise<Map<string, boolean>> {
  const labels = new Map<string, boolean>()
  const problems = new FileProblems()
  await readCsv({ path, columns: COLUMNS, problems }, (row) => {
    const account = row.text(ACCOUNT)
    const shared = row.text(SHARED)
    if (account === '') return problems.add(row.problem('`account` is empty'))
    if (shared !== 'true' && shared !== 'false')
      return problems.add(row.problem(`\`shared\` is neither true nor false: ${JSON.stringify(shared)}`))
    if (labels.has(account)) return problems.add(row.problem(`account ${account} is labelled twice`))
    labels.set(account, shared === 'true')
  })
  problems.throwAny()
  return labels
}
