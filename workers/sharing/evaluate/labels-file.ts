/** Owns reading a file of labels: which accounts are shared. */

import { createReadStream } from 'node:fs'
import { CsvError, parse } from 'csv-parse'
import { FileProblem } from '../../plain-files/file-problem.ts'

const COLUMNS = ['account', 'shared']

export async function readLabels(path: string): Promise<Map<string, boolean>> {
  const labels = new Map<string, boolean>()
  const file = createReadStream(path)
  const rows = file.pipe(parse({ bom: true, info: true }))
  file.once('error', (error) => rows.destroy(error))
  let header: readonly string[] | undefined
  try {
    for await (const { record, info } of rows as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (header === undefined) {
        header = headerOf(record, path)
        continue
      }
      const account = record[header.indexOf('account')] ?? ''
      const shared = record[header.indexOf('shared')] ?? ''
      if (account === '') throw new FileProblem(path, info.lines, '`account` is empty')
      if (shared !== 'true' && shared !== 'false')
        throw new FileProblem(path, info.lines, `\`shared\` is neither true nor false: ${JSON.stringify(shared)}`)
      if (labels.has(account)) throw new FileProblem(path, info.lines, `account ${account} is labelled twice`)
      labels.set(account, shared === 'true')
    }
  } catch (cause) {
    if (cause instanceof FileProblem) throw cause
    const line = cause instanceof CsvError && typeof cause.lines === 'number' ? cause.lines : undefined
    throw new FileProblem(path, line, cause instanceof Error ? cause.message : String(cause), { cause })
  }
  if (header === undefined) throw new FileProblem(path, 1, `the header line is missing: ${COLUMNS.join(',')}`)
  return labels
}

function headerOf(record: readonly string[], path: string): readonly string[] {
  const unknown = record.find((column) => !COLUMNS.includes(column))
  if (unknown !== undefined) throw new FileProblem(path, 1, `unknown column \`${unknown}\``)
  const missing = COLUMNS.find((column) => !record.includes(column))
  if (missing !== undefined) throw new FileProblem(path, 1, `column \`${missing}\` is missing`)
  if (record.length !== COLUMNS.length) throw new FileProblem(path, 1, 'a column stands twice')
  return record
}
