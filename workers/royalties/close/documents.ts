/** Owns what is written about a month: statements and sales reports, made from the frozen input alone, so that their bytes are the same wherever they are made. */

import { createHash } from 'node:crypto'
import { gzipSync } from 'fflate'
import { dsrFile } from '../dsr/dsr-file.ts'
import { reportsOf } from '../dsr/reports-of.ts'
import { statementsOf, type Written } from '../statements/statement.ts'
import { statementCsv } from '../statements/statement-csv.ts'
import { statementPdf } from '../statements/statement-pdf.ts'
import type { ReckonedMonth } from './reckon-month.ts'
import type { Settlement } from './settlement.ts'

export const CONTENT_TYPES = {
  inputs: 'application/gzip',
  'statement-csv': 'text/csv; charset=utf-8',
  'statement-pdf': 'application/pdf',
  dsr: 'text/tab-separated-values; charset=utf-8',
  'dsr-gz': 'application/gzip',
} as const

export type FileKind = keyof typeof CONTENT_TYPES

export interface MonthDocument {
  readonly key: string
  readonly kind: FileKind
  readonly holderId: string
  readonly bytes: Buffer
  readonly hash: string
}

export const keyOf = (month: string, closeId: string, ...names: readonly string[]): string =>
  [month, closeId, ...names].join('/')

/** One by one: of a large month they are many. */
export async function* documentsOf(
  month: ReckonedMonth,
  written: Written,
  settlements: readonly Settlement[],
): AsyncGenerator<MonthDocument> {
  const { closeId, frozen } = written
  const document = (kind: FileKind, holderId: string, name: string, bytes: Buffer): MonthDocument => ({
    key: keyOf(frozen.month, closeId, kind.startsWith('dsr') ? 'dsr' : 'statements', name),
    kind,
    holderId,
    bytes,
    hash: createHash('sha256').update(bytes).digest('hex'),
  })
  for (const statement of statementsOf(written, settlements)) {
    const { id } = statement.holder
    yield document('statement-csv', id, `${id}.csv`, statementCsv(statement))
    yield document('statement-pdf', id, `${id}.pdf`, await statementPdf(statement))
  }
  for (const report of reportsOf(month, closeId)) {
    const { name, bytes } = dsrFile(report)
    yield document('dsr', report.recipient.id, name, bytes)
    // In JavaScript, since zlib's bytes differ from one build to the next; and of no time.
    const packed = Buffer.from(gzipSync(bytes, { level: 9, mtime: 0 }))
    yield document('dsr-gz', report.recipient.id, `${name}.gz`, packed)
  }
}
