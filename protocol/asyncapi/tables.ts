/** Owns the tables of SPEC.md that are made from the code: errors and close codes. */

import { CLOSE_CODES } from '../close-codes.ts'
import { ERRORS } from '../errors.ts'

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

const TABLES: Readonly<Record<string, string>> = {
  errors: table(
    ['code', 'name', 'retriable', 'meaning'],
    Object.entries(ERRORS).map(([name, row]) => [row.code, `\`${name}\``, row.retriable ? 'yes' : 'no', row.meaning]),
  ),
  'close codes': table(
    ['code', 'name', 'connect again', 'meaning'],
    Object.entries(CLOSE_CODES).map(([name, row]) => [
      row.code,
      `\`${name}\``,
      row.code < 4500 ? 'yes' : 'no',
      row.meaning,
    ]),
  ),
}

/** `spec` with every marked table as the code has it. */
export function withTables(spec: string): string {
  let current = spec
  for (const [name, rows] of Object.entries(TABLES)) {
    const marked = new RegExp(`<!-- ${name} -->\\n(?:\\n?(?:\\|.*\\n)+)?`)
    current = current.replace(marked, () => `<!-- ${name} -->\n\n${rows}\n`)
  }
  return current
}
