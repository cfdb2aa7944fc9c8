/** Owns reading a file of corrections: each line a posting, refused as a whole when one is not right. */

import { ACCOUNT_KINDS, type AccountKind } from '../../../infra/postgres/ledger/account.ts'
import { type Correction, isReason, REASON_FORM } from '../../../infra/postgres/ledger/by-hand.ts'
import { isUuid } from '../../../infra/postgres/ledger/check-transfers.ts'
import type { Posting } from '../../../infra/postgres/ledger/transfer.ts'
import type { CsvRow } from '../../plain-files/csv-row.ts'
import { FileProblem, FileProblems } from '../../plain-files/file-problem.ts'
import { readCsv } from '../../plain-files/read-csv.ts'

export const CORRECTION_COLUMNS = [
  'transfer_id',
  'account',
  'holder_id',
  'currency',
  'amount_micros',
  'reason',
] as const
const [TRANSFER, ACCOUNT, HOLDER, CURRENCY, AMOUNT, REASON] = [0, 1, 2, 3, 4, 5] as const

interface Gathered {
  readonly line: number
  readonly reason: string
  readonly postings: Posting[]
}

/** @throws {FileProblem} with every line, and every correction, that is not right. */
export async function readCorrections(path: string): Promise<readonly Correction[]> {
  const problems = new FileProblems()
  const gathered = new Map<string, Gathered>()
  await readCsv({ path, columns: CORRECTION_COLUMNS, problems }, (row) => {
    const posting = postingOf(row)
    if (typeof posting === 'string') return problems.add(row.problem(posting))
    const [id, reason] = [row.text(TRANSFER), row.text(REASON)]
    const before = gathered.get(id)
    if (before === undefined) gathered.set(id, { line: row.line, reason, postings: [posting] })
    else if (before.reason !== reason)
      problems.add(row.problem(`\`reason\` is another than on line ${before.line}, which is of the same transfer`))
    else before.postings.push(posting)
  })
  for (const [id, { line, postings }] of gathered) {
    const sums = new Map<string, bigint>()
    for (const { currency, amountMicros } of postings) sums.set(currency, (sums.get(currency) ?? 0n) + amountMicros)
    for (const [currency, sum] of sums)
      if (sum !== 0n)
        problems.add(
          new FileProblem(path, line, `the postings of ${id} add to ${sum} millionths of ${currency}, and not to zero`),
        )
  }
  if (gathered.size === 0) problems.add(new FileProblem(path, undefined, 'there is no correction in it'))
  problems.throwAny()
  return [...gathered].map(([transferId, { reason, postings }]) => ({ transferId, reason, postings }))
}

/** Or what is wrong with it. */
function postingOf(row: CsvRow): Posting | string {
  const [id, kind, holderId, currency] = [row.text(TRANSFER), row.text(ACCOUNT), row.text(HOLDER), row.text(CURRENCY)]
  const [amount, reason] = [row.text(AMOUNT), row.text(REASON)]
  if (!isUuid(id)) return `\`transfer_id\` is no UUID in small letters: ${id}`
  if (!isAccountKind(kind)) return `\`account\` is none of ${Object.keys(ACCOUNT_KINDS).join(', ')}: ${kind}`
  if (kind === 'advance')
    return '`account` is not advance: one is entered in the table `advances`, and taken back by `royalties reverse`'
  const { ofHolder } = ACCOUNT_KINDS[kind]
  if (ofHolder && !isUuid(holderId))
    return `\`holder_id\` of an account ${kind} is no UUID in small letters: ${holderId}`
  if (!ofHolder && holderId !== '') return `\`holder_id\` is empty for an account ${kind}: ${holderId}`
  if (!/^[A-Z]{3}$/.test(currency)) return `\`currency\` is not three capital letters of ISO 4217: ${currency}`
  if (!/^-?[1-9]\d{0,17}$/.test(amount))
    return `\`amount_micros\` is not a whole number of millionths, of up to 18 digits and not zero, above zero a debit: ${amount}`
  if (!isReason(reason)) return `\`reason\` is not a text of ${REASON_FORM} without spaces at its ends`
  return { kind, currency, amountMicros: BigInt(amount), ...(ofHolder ? { holderId } : {}) }
}

const isAccountKind = (text: string): text is AccountKind => Object.hasOwn(ACCOUNT_KINDS, text)
