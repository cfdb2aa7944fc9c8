/** Owns reading a file of the bank: each line a payment, refused as a whole when one is not right. */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { BankFile, BankPayment } from '../../../infra/postgres/ledger/bank-book.ts'
import { isUuid } from '../../../infra/postgres/ledger/check-transfers.ts'
import type { CsvRow } from '../../plain-files/csv-row.ts'
import { FileProblems, fileProblemOf } from '../../plain-files/file-problem.ts'
import { readCsv } from '../../plain-files/read-csv.ts'
import { paidDecimals, readAmount } from './amount.ts'

export const BANK_COLUMNS = ['payout_id', 'holder_id', 'currency', 'amount', 'booked_on', 'bank_reference'] as const
const [PAYOUT, HOLDER, CURRENCY, AMOUNT, BOOKED, REFERENCE] = [0, 1, 2, 3, 4, 5] as const
const REFERENCE_LENGTH = 140
const DAY_MS = 86_400_000

/** @throws {FileProblem} with every line that is not right. */
export async function readBankFile(path: string, month: string, now: Date): Promise<BankFile> {
  const problems = new FileProblems()
  const payments = new Map<string, BankPayment>()
  await readCsv({ path, columns: BANK_COLUMNS, problems }, (row) => {
    const payment = paymentOf(row, now)
    if (typeof payment === 'string') return problems.add(row.problem(payment))
    const before = payments.get(payment.bankReference)
    if (before !== undefined)
      return problems.add(row.problem(`\`bank_reference\` stands on line ${before.line} as well`))
    payments.set(payment.bankReference, payment)
  })
  problems.throwAny()
  return { fileHash: await hashOf(path), name: basename(path).slice(-255), month, payments: [...payments.values()] }
}

/** Or what is wrong with it. */
function paymentOf(row: CsvRow, now: Date): BankPayment | string {
  const currency = row.text(CURRENCY)
  const text = row.text(AMOUNT)
  const bookedOn = row.text(BOOKED)
  const bankReference = row.text(REFERENCE)
  for (const column of [PAYOUT, HOLDER])
    if (!isUuid(row.text(column))) return `\`${BANK_COLUMNS[column]}\` is no UUID in small letters: ${row.text(column)}`
  if (!/^[A-Z]{3}$/.test(currency)) return `\`currency\` is not three capital letters of ISO 4217: ${currency}`
  const amountMicros = readAmount(text, currency)
  if (amountMicros === undefined || amountMicros === 0n)
    return `\`amount\` is not a number above zero with the ${paidDecimals(currency)} decimals of ${currency}: ${text}`
  const day = dayOf(bookedOn)
  if (day === undefined) return `\`booked_on\` is not a day as 2026-11-05: ${bookedOn}`
  // Somewhere it may be tomorrow already.
  if (day > now.getTime() + DAY_MS) return `\`booked_on\` is in the future: ${bookedOn}`
  if (bankReference === '' || bankReference.length > REFERENCE_LENGTH || bankReference.trim() !== bankReference)
    return `\`bank_reference\` is not a text of 1 to ${REFERENCE_LENGTH} characters without spaces at its ends`
  const [payoutId, holderId] = [row.text(PAYOUT), row.text(HOLDER)]
  return { bankReference, line: row.line, payoutId, holderId, currency, amountMicros, bookedOn }
}

function dayOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined
  const ms = Date.parse(`${text}T00:00:00Z`)
  // 30 February is read as 2 March.
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text) ? ms : undefined
}

async function hashOf(path: string): Promise<string> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
  } catch (cause) {
    throw fileProblemOf(cause, path)
  }
}
