/**
 * Owns a second reading of sales reports, for tests: cells by the table of the profile, the order of records, what the footer counts,
 * what refers to what, and the name of the file as the reference parser compares it with the header.
 */

import { cellsOf } from './basic-audio-profile.ts'

/** DSR, recipient, sender, service, period, territory, x of y, when it was made. */
const NAME = /^DSR_([^_]+)_([^_]+)_([^_]+)_(\d{4}-\d\d)_([A-Z]{2})_(\d+)of(\d+)_(\d{8}T\d{6})\.tsv$/

/** What is wrong with a file; nothing of one that is right. */
export function dsrProblems(name: string, text: string): string[] {
  const problems: string[] = []
  const say = (line: number, problem: string) => problems.push(`line ${line}: ${problem}`)
  if (!text.endsWith('\n')) problems.push('the last line is not ended')
  const lines = text.split('\n').slice(0, -1)
  const rows = lines.map((line) => unescaped(line))
  for (const [index, row] of rows.entries()) checkCells(row, index + 1, say)
  const types = rows.map(([type = '']) => type)
  const order = types
    .map((type) => (isSummary(type) ? 'S' : ({ HEAD: 'H', 'AS02.02': 'R', SU02: 'U', FOOT: 'F' }[type] ?? '?')))
    .join('')
  if (!/^HS+(R+U+)*F$/.test(order)) problems.push(`the records come as ${order}`)
  const [head = [], foot = []] = [rows[0], rows.at(-1)]
  checkReferences(rows, say)
  const blocks = new Set(rows.filter(([type]) => type === 'AS02.02').map(([, block]) => block)).size
  const counts = [lines.length, lines.length, types.filter(isSummary).length, blocks, blocks]
  if (foot.slice(1).join(' ') !== counts.join(' '))
    problems.push(`the footer counts ${foot.slice(1)}, there are ${counts}`)
  problems.push(...nameProblems(name, head))
  return problems
}

const isSummary = (type: string): boolean => /^SY0[245]/.test(type)

/** A backslash takes away the meaning of what comes after it. */
const unescaped = (line: string): string[] => line.split('\t').map((cell) => cell.replaceAll(/\\(.)/g, '$1'))

function checkCells(row: readonly string[], line: number, say: (line: number, problem: string) => void): void {
  const cells = cellsOf(row[0] ?? '')
  if (cells === undefined) {
    say(line, `there is no record ${row[0]} in the profile`)
    return
  }
  if (row.length !== cells.length) say(line, `${row[0]} has ${row.length} cells, not ${cells.length}`)
  for (const [index, { name, check, must: needed }] of cells.entries()) {
    const value = row[index] ?? ''
    if (value === '' && !needed) continue
    if (!check.test(value)) say(line, `${name} is ${JSON.stringify(value)}`)
  }
  const told = (name: string) => (row[cells.findIndex((one) => one.name === name)] ?? '') !== ''
  if (told('SubPeriodStartDate') !== told('SubPeriodEndDate')) say(line, 'a sub-period has a start and an end')
  if (told('RightsTypePercentage') && !told('RightsType')) say(line, 'a percentage is of a type of rights')
}

function checkReferences(rows: readonly (readonly string[])[], say: (line: number, problem: string) => void): void {
  const ids = rows.filter(([type = '']) => isSummary(type)).map(([, id]) => id)
  if (new Set(ids).size < ids.length) say(0, 'two summaries have one id')
  const summaries = new Map(rows.filter(([type]) => type === 'SY02.02').map((row) => [row[1], Number(row[8])]))
  const resources = new Set(rows.filter(([type]) => type === 'AS02.02').map((row) => `${row[1]} ${row[2]}`))
  const transactions = new Set<string>()
  for (const [index, row] of rows.entries()) {
    if (row[0] !== 'SU02') continue
    const left = summaries.get(row[2])
    if (left === undefined) say(index + 1, `there is no summary ${row[2]}`)
    else summaries.set(row[2], left - Number(row[7]))
    if ((row[4] === '') === (row[5] === '')) say(index + 1, 'either a release or a resource is transacted')
    if (!resources.has(`${row[1]} ${row[5]}`)) say(index + 1, `there is no resource ${row[5]} in block ${row[1]}`)
    if (transactions.has(row[3] ?? '')) say(index + 1, `the transaction ${row[3]} is there twice`)
    transactions.add(row[3] ?? '')
  }
  for (const [id, left] of summaries) if (left !== 0) say(0, `summary ${id} has ${left} usages that no sale has`)
}

function nameProblems(name: string, head: readonly string[]): string[] {
  const [, recipient, sender, service, period, , x, y, created] = NAME.exec(name) ?? []
  if (recipient === undefined) return [`the name ${name} is not as the standard has it`]
  const wanted: [string, unknown, unknown][] = [
    ['sender', [head[10], head[11]].includes(sender ?? ''), true],
    ['recipient', [head[13], head[14]].includes(recipient), true],
    ['service', service, head[12]],
    ['file number', x, head[6]],
    ['number of files', y, head[7]],
    ['period', head[8]?.startsWith(period ?? '?'), true],
    ['time', created, head[5]?.replaceAll(/[-:Z]/g, '')],
  ]
  return wanted
    .filter(([, found, there]) => found !== there)
    .map(([what]) => `the ${what} in the name ${name} is not that of the header`)
}
