import { describe, expect, test } from 'vitest'
import { checkTransfers } from './check-transfers.ts'
import { type Transfer, transferIdOf } from './transfer.ts'

const HOLDER = '019a0000-0000-7000-8000-a00000000001'
const good: Transfer = {
  transferId: transferIdOf('good'),
  kind: 'share',
  status: 'posted',
  period: '2026-10',
  postings: [
    { kind: 'pool', currency: 'EUR', amountMicros: 5n },
    { kind: 'payable', currency: 'EUR', holderId: HOLDER, amountMicros: -5n },
  ],
}
const [debit, credit] = good.postings
if (debit === undefined || credit === undefined) throw new Error('two postings')

describe('transfers that are given', () => {
  test('come out once each, by their ids', () => {
    const ids = ['c', 'a', 'b'].map((name) => transferIdOf(name))
    const given = [...ids, ...ids].map((transferId) => ({ ...good, transferId }))
    const checked = checkTransfers(given)
    expect(checked.ok && checked.value.map(({ transferId }) => transferId)).toEqual([...ids].sort())
  })

  test('with one content in another order of keys are one', () => {
    const { kind, ...rest } = good
    expect(checkTransfers([good, { ...rest, kind }])).toMatchObject({ ok: true, value: [good] })
  })

  test.each<[code: string, what: string, change: Partial<Transfer>]>([
    ['malformed', 'no UUID', { transferId: 'T-1' }],
    ['malformed', 'no month', { period: '2026-13' }],
    ['incomplete', 'fewer than two', { postings: [debit] }],
    ['unbalanced', 'EUR', { postings: [debit, { ...credit, amountMicros: -4n }] }],
    ['unbalanced', 'USD', { postings: [debit, credit, { ...debit, currency: 'USD' }] }],
    ['unbalanced', 'EUR', { postings: [debit, { ...credit, currency: 'USD' }] }],
    ['malformed', 'of nothing', { postings: [debit, credit, { ...debit, amountMicros: 0n }] }],
    ['malformed', 'more than a posting holds', { postings: [{ ...debit, amountMicros: 10n ** 18n + 1n }, credit] }],
    ['malformed', 'eur is no currency', { postings: [{ ...debit, currency: 'eur' }, credit] }],
    ['malformed', 'has a holder', { postings: [debit, { kind: 'payable', currency: 'EUR', amountMicros: -5n }] }],
    ['malformed', 'has no holder', { postings: [{ ...debit, holderId: HOLDER }, credit] }],
    ['malformed', 'without its version', { postings: [debit, { ...credit, contractId: HOLDER }] }],
  ])('are refused as %s: %s', (code, what, change) => {
    const checked = checkTransfers([good, { ...good, transferId: transferIdOf('bad'), ...change }])
    expect(checked).toMatchObject({ ok: false, problem: { code, message: expect.stringContaining(what) } })
  })
})
