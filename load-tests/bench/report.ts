/** Owns how the bench shows what it found: a Markdown table a work, a row a server, medians with least and most. */

import { type Found, spreadOf } from './result.ts'
import { SERVERS } from './servers.ts'
import { WORKS, type WorkName } from './works.ts'

export function tables(found: readonly Found[]): string[] {
  const works = [...new Set(found.map(({ work }) => work))]
  return works.flatMap((work) => ['', `**${WORKS[work].title}** (\`${work}\`)`, '', ...tableOf(work, found)])
}

function tableOf(work: WorkName, found: readonly Found[]): string[] {
  const { figures, compared } = WORKS[work]
  const rows = found.filter((each) => each.work === work)
  const shown = Object.entries(figures).filter(([name]) => rows.some((row) => spreadOf(row, name) !== undefined))
  const first = rows.find((row) => spreadOf(row, compared) !== undefined)
  const base = first === undefined ? undefined : spreadOf(first, compared)?.median
  const head = ['server', ...shown.map(([, title]) => title)]
  if (base !== undefined) head.push('×')
  const lines = rows.map((row) => {
    const { title } = SERVERS[row.server]
    if (row.failed !== undefined) return [title, row.failed, ...head.slice(2).map(() => '')]
    const median = spreadOf(row, compared)?.median
    const ratio = base === undefined ? [] : [median === undefined || base === 0 ? '' : (median / base).toFixed(2)]
    return [title, ...shown.map(([name]) => cell(row, name)), ...ratio]
  })
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`)
}

function cell(row: Found, figure: string): string {
  const spread = spreadOf(row, figure)
  if (spread === undefined) return ''
  const { median, least, most } = spread
  const [middle, low, high] = [median, least, most].map(number)
  return low === high ? `${middle}` : `${middle} (${low}–${high})`
}

function number(value: number): string {
  const size = Math.abs(value)
  return value.toLocaleString('en', { maximumFractionDigits: size < 10 ? 2 : size < 100 ? 1 : 0 })
}
