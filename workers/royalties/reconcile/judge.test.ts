import { describe, expect, test } from 'vitest'
import type { BankBook, BankPayment, JudgedPayment, Payout } from '../../../infra/postgres/ledger/bank-book.ts'
import { contradictionsOf, judgePayments, missingOf } from './judge.ts'

const payout = (payoutId: string, status: Payout['status'] = 'pending', period = '2026-10'): [string, Payout] => [
  payoutId,
  { payoutId, period, holderId: 'h', currency: 'EUR', micros: 100_000_000n, status },
]
const payment = (
  bankReference: string,
  payoutId: string,
  euros: bigint,
  change: Partial<BankPayment> = {},
): BankPayment => ({
  bankReference,
  line: 2,
  payoutId,
  holderId: 'h',
  currency: 'EUR',
  amountMicros: euros * 1_000_000n,
  bookedOn: '2026-11-05',
  ...change,
})
const bookOf = (payouts: readonly [string, Payout][], entries: readonly JudgedPayment[] = []): BankBook => ({
  payouts: new Map(payouts),
  entries: new Map(entries.map((entry) => [entry.bankReference, entry])),
})
const outcomes = (payments: readonly BankPayment[], book: BankBook) =>
  Object.fromEntries(judgePayments(payments, book).map(({ bankReference, outcome }) => [bankReference, outcome]))
const told = (bankReference: string, payoutId: string, outcome: JudgedPayment['outcome']): JudgedPayment => ({
  ...payment(bankReference, payoutId, 100n),
  outcome,
  reason: '',
})

describe('a payment of the bank', () => {
  test.each<[outcome: string, given: BankPayment, book: BankBook]>([
    ['paid', payment('r', 'p', 100n), bookOf([payout('p')])],
    ['paid', payment('r', 'p', 100n), bookOf([payout('p', 'pending', '2026-09')])],
    ['short', payment('r', 'p', 99n), bookOf([payout('p')])],
    ['over', payment('r', 'p', 101n), bookOf([payout('p')])],
    ['unknown', payment('r', 'q', 100n), bookOf([payout('p')])],
    ['unknown', payment('r', 'p', 100n, { holderId: 'other' }), bookOf([payout('p')])],
    ['unknown', payment('r', 'p', 100n, { currency: 'USD' }), bookOf([payout('p')])],
    ['unknown', payment('r', 'p', 100n), bookOf([payout('p', 'voided')])],
    ['twice', payment('r', 'p', 100n), bookOf([payout('p', 'posted')])],
    ['twice', payment('r', 'p', 100n), bookOf([payout('p', 'posted')], [told('before', 'p', 'paid')])],
    ['twice', payment('r', 'p', 40n), bookOf([payout('p')], [told('before', 'p', 'short')])],
    ['paid', payment('r', 'p', 100n), bookOf([payout('p')], [told('before', 'p', 'unknown')])],
  ])('is %s', (outcome, given, book) => {
    expect(outcomes([given], book)).toEqual({ r: outcome })
  })

  test('of the amount comes first, whatever the order of the file; others of its payout are too many', () => {
    const given = [
      payment('a', 'p', 60n),
      payment('c', 'p', 100n),
      payment('b', 'p', 100n),
      payment('d', 'q', 40n),
      payment('e', 'q', 60n),
    ]
    const book = bookOf([payout('p'), payout('q')])
    const expected = { a: 'twice', b: 'paid', c: 'twice', d: 'short', e: 'twice' }
    expect(outcomes(given, book)).toEqual(expected)
    expect(outcomes([...given].reverse(), book)).toEqual(expected)
  })

  test('that an earlier file had is not judged again, and is refused when it was another', () => {
    const book = bookOf([payout('p', 'posted')], [told('r', 'p', 'paid')])
    expect(outcomes([payment('r', 'p', 100n)], book)).toEqual({})
    expect(contradictionsOf([payment('r', 'p', 100n)], book)).toEqual([])
    const others = [
      payment('r', 'p', 101n),
      payment('r', 'q', 100n),
      payment('r', 'p', 100n, { bookedOn: '2026-11-06' }),
    ]
    for (const other of others) expect(contradictionsOf([other], book)).toMatchObject([{ line: 2 }])
  })
})

test('missing are the pending payouts of the month that no file told of', () => {
  const book = bookOf(
    [
      payout('told'),
      payout('now'),
      payout('missing'),
      payout('strange'),
      payout('posted', 'posted'),
      payout('older', 'pending', '2026-09'),
    ],
    [told('a', 'told', 'short')],
  )
  const judged = judgePayments([payment('b', 'now', 100n), payment('c', 'strange', 100n, { currency: 'USD' })], book)
  expect(missingOf('2026-10', book, judged).map(({ payoutId }) => payoutId)).toEqual(['missing', 'strange'])
})
