/** Owns what becomes of the bank's payments: each compared with its payout, and payouts without any. Pure. */

import type {
  BankBook,
  BankOutcome,
  BankPayment,
  JudgedPayment,
  Payout,
} from '../../../infra/postgres/ledger/bank-book.ts'
import { writeAmount } from './amount.ts'

/** A payment whose reference an earlier file had, with another content: the bank cannot have meant both. */
export interface Contradiction {
  readonly line: number
  readonly reason: string
}

/** Of payments that no file had before. Of several for a payout the one of its amount comes first, then by day and reference. */
export function judgePayments(payments: readonly BankPayment[], { payouts, entries }: BankBook): JudgedPayment[] {
  const told = new Map([...entries.values()].filter(isOfPayout).map((entry) => [entry.payoutId, entry.bankReference]))
  const fresh = payments.filter(({ bankReference }) => !entries.has(bankReference))
  const isExact = ({ payoutId, amountMicros }: BankPayment) => payouts.get(payoutId)?.micros === amountMicros
  const inOrder = [...fresh].sort((a, b) => Number(isExact(b)) - Number(isExact(a)) || byDay(a, b))
  return inOrder.map((payment) => {
    const { payoutId, bankReference } = payment
    const [outcome, reason] = outcomeOf(payment, payouts.get(payoutId), told.get(payoutId))
    const judged = { ...payment, outcome, reason }
    if (isOfPayout(judged)) told.set(payoutId, bankReference)
    return judged
  })
}

/** Whether it stands for its payout, so that any other is one too many. */
const isOfPayout = ({ outcome }: JudgedPayment): boolean => outcome !== 'unknown' && outcome !== 'twice'

function outcomeOf(
  { holderId, currency, amountMicros }: BankPayment,
  payout: Payout | undefined,
  before: string | undefined,
): readonly [BankOutcome, string] {
  if (payout === undefined) return ['unknown', 'the ledger has no payout of this id']
  if (payout.holderId !== holderId) return ['unknown', `the payout is to holder ${payout.holderId}`]
  if (payout.currency !== currency) return ['unknown', `the payout is in ${payout.currency}`]
  if (payout.status === 'voided') return ['unknown', 'the payout was voided']
  if (before !== undefined) return ['twice', `the bank told of this payout as ${before} before`]
  if (payout.status === 'posted') return ['twice', 'the payout was posted before, without a file of the bank']
  const difference = writeAmount(abs(amountMicros - payout.micros), currency)
  if (amountMicros < payout.micros) return ['short', `${difference} ${currency} less than was to be paid`]
  if (amountMicros > payout.micros) return ['over', `${difference} ${currency} more than was to be paid`]
  return ['paid', 'as was to be paid']
}

/** Payouts of the month that are pending and that the bank, in all files so far, said nothing of. */
export function missingOf(month: string, { payouts, entries }: BankBook, judged: readonly JudgedPayment[]): Payout[] {
  const told = new Set([...entries.values(), ...judged].filter(isOfPayout).map(({ payoutId }) => payoutId))
  return [...payouts.values()].filter(
    ({ payoutId, period, status }) => period === month && status === 'pending' && !told.has(payoutId),
  )
}

export function contradictionsOf(payments: readonly BankPayment[], { entries }: BankBook): Contradiction[] {
  return payments.flatMap((payment) => {
    const before = entries.get(payment.bankReference)
    if (before === undefined || isSame(before, payment)) return []
    const reason = `an earlier file has \`bank_reference\` ${payment.bankReference} with another payout, holder, amount or day`
    return [{ line: payment.line, reason }]
  })
}

const isSame = (a: BankPayment, b: BankPayment): boolean =>
  a.payoutId === b.payoutId &&
  a.holderId === b.holderId &&
  a.currency === b.currency &&
  a.amountMicros === b.amountMicros &&
  a.bookedOn === b.bookedOn

function byDay(a: BankPayment, b: BankPayment): number {
  if (a.bookedOn !== b.bookedOn) return a.bookedOn < b.bookedOn ? -1 : 1
  return a.bankReference < b.bankReference ? -1 : 1
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value)
