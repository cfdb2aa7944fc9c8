/** Owns `segue royalties reconcile`: a file of the bank compared with the payouts of the ledger, and what was paid posted. */

import type { Pool } from '../../../infra/postgres/client.ts'
import {
  type BankOutcome,
  enterBankFile,
  type JudgedPayment,
  type Payout,
} from '../../../infra/postgres/ledger/bank-book.ts'
import { StackProblem } from '../../../infra/stack/problem.ts'
import { FileProblem, FileProblems } from '../../plain-files/file-problem.ts'
import { readBankFile } from './bank-file.ts'
import { type Contradiction, contradictionsOf, judgePayments, missingOf } from './judge.ts'

export interface Finding {
  readonly outcome: Exclude<BankOutcome, 'paid'> | 'missing'
  readonly payoutId: string
  readonly payout: Payout | undefined
  readonly payment: JudgedPayment | undefined
}

export interface Reconciliation {
  /** How many payments of the file came out as what, those that an earlier file had among them; and how many payouts are missing. */
  readonly counts: Readonly<Record<BankOutcome | 'missing', number>>
  /** Of the paid, those that were posted just now. */
  readonly posted: number
  /** By payout and line. */
  readonly findings: readonly Finding[]
}

/**
 * @throws {FileProblem} before anything is posted, for each line that is not right or contradicts an earlier file.
 * @throws {StackProblem} when the ledger refuses.
 */
export async function reconcile(pool: Pool, path: string, month: string, now: Date): Promise<Reconciliation> {
  const file = await readBankFile(path, month, now)
  let contradictions: readonly Contradiction[] = []
  const result = await enterBankFile(pool, file, (book) => {
    contradictions = contradictionsOf(file.payments, book)
    return contradictions.length > 0 ? undefined : judgePayments(file.payments, book)
  })
  const problems = new FileProblems()
  for (const { line, reason } of contradictions) problems.add(new FileProblem(path, line, reason))
  problems.throwAny()
  if (!result.ok) throw new StackProblem(result.problem.message)
  const { book, entered } = result.value
  const judged = new Map([...book.entries, ...entered.map((each) => [each.bankReference, each] as const)])
  const ofFile = file.payments.flatMap(({ bankReference, line }) => {
    const payment = judged.get(bankReference)
    return payment === undefined ? [] : [{ ...payment, line }]
  })
  const missing = missingOf(month, book, entered)
  return {
    counts: { ...countsOf(ofFile), missing: missing.length },
    posted: entered.filter(({ outcome }) => outcome === 'paid').length,
    findings: [
      ...ofFile.flatMap((payment): Finding[] => {
        const { outcome, payoutId } = payment
        return outcome === 'paid' ? [] : [{ outcome, payoutId, payout: book.payouts.get(payoutId), payment }]
      }),
      ...missing.map(
        (payout): Finding => ({ outcome: 'missing', payoutId: payout.payoutId, payout, payment: undefined }),
      ),
    ].sort(byPayout),
  }
}

function countsOf(payments: readonly JudgedPayment[]): Record<BankOutcome, number> {
  const counts = { paid: 0, short: 0, over: 0, twice: 0, unknown: 0 }
  for (const { outcome } of payments) counts[outcome] += 1
  return counts
}

function byPayout(a: Finding, b: Finding): number {
  if (a.payoutId !== b.payoutId) return a.payoutId < b.payoutId ? -1 : 1
  return (a.payment?.line ?? 0) - (b.payment?.line ?? 0)
}
