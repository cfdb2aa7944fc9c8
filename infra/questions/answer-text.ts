/** Owns how an answer is written: a table to read, CSV or JSON for programs. */

import { stringify } from 'csv-stringify/sync'
import { type Answer, asObjects } from './ask.ts'

export const ANSWER_FORMATS = ['table', 'csv', 'json'] as const
export type AnswerFormat = (typeof ANSWER_FORMATS)[number]

const FORMATS: Readonly<Record<AnswerFormat, (answer: Answer) => string>> = {
  table: tableText,
  csv: ({ columns, rows }) => stringify([columns, ...rows.map((row) => row.map(cellText))]).trimEnd(),
  json: (answer) => JSON.stringify(asObjects(answer), null, 2),
}

export const answerText = (answer: Answer, format: AnswerFormat): string => FORMATS[format](answer)

function tableText({ columns, rows }: Answer): string {
  if (rows.length === 0) return 'Nothing.'
  const cells = [columns, ...rows.map((row) => row.map(cellText))]
  const isNumber = columns.map((_, at) => rows.every((row) => row[at] === null || typeof row[at] === 'number'))
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)))
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => (isNumber[at] ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd()
  const [head = [], ...body] = cells
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...body.map(line)].join('\n')
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
