/** Owns the test of the ledger on the real server: what is entered once, what is refused, by the API and by the schema alone. */

import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { inTransaction, type Pool } from '../client.ts'
import { ledgerAccountId } from './account.ts'
import { balanceOf } from './balance-of.ts'
import { followerId, postPending, reverse, voidTransfer } from './follow-transfers.ts'
import type { LedgerResult } from './ledger-problem.ts'
import { postTransfers } from './post-transfers.ts'
import { type LedgerEntry, type PostingFilter, postingsOf } from './postings-of.ts'
import {
  CONTRACT,
  createLedgerWorld,
  holderOf,
  type LedgerWorld,
  MONTHS,
  payout,
  setMonth,
  share,
} from './testing/ledger-world.ts'
import { type Transfer, transferIdOf } from './transfer.ts'

let world: LedgerWorld
let finance: Pool
beforeAll(async () => {
  world = await createLedgerWorld(inject('stackEnv'), 'segue_ledger_test', 40)
  finance = world.finance
})
afterAll(async () => {
  await world?.end()
})

const payable = (holder: number) => balanceOf(finance, { kind: 'payable', currency: 'EUR', holderId: holderOf(holder) })
const entriesOf = async (filter: PostingFilter): Promise<LedgerEntry[]> => {
  const found: LedgerEntry[] = []
  for await (const entry of postingsOf(finance, filter)) found.push(entry)
  return found
}
const codeOf = (result: LedgerResult<unknown>) => (result.ok ? 'entered' : result.problem.code)
const post = async (...transfers: Transfer[]) => codeOf(await postTransfers(finance, transfers))
const asIs = async () =>
  (await world.admin.query('SELECT count(*)::int AS n, sum(amount_micros)::text AS sum FROM ledger_postings')).rows[0]

describe('postTransfers', () => {
  test('enters a transfer once, whoever sends it again, and tells which it had', async () => {
    const [a, b] = [share(transferIdOf('once a'), 1, 7n), share(transferIdOf('once b'), 1, 5n)]
    expect(await postTransfers(finance, [a])).toEqual({ ok: true, value: { entered: 1, repeated: 0 } })
    expect(await postTransfers(finance, [b, a, b])).toEqual({ ok: true, value: { entered: 1, repeated: 1 } })
    expect((await payable(1)).micros).toBe(-12n)
  })

  test('refuses an id that stands for another content, and all that came with it', async () => {
    const first = share(transferIdOf('other'), 2, 7n)
    expect(await post(first)).toBe('entered')
    const others: Transfer[] = [
      share(first.transferId, 2, 8n),
      share(first.transferId, 3, 7n),
      share(first.transferId, 2, 7n, MONTHS.november),
      { ...first, reason: 'because' },
      { ...first, kind: 'correction' },
      { ...first, postings: first.postings.map((posting) => ({ ...posting, isrc: 'ZZSEG2600002' })) },
      { ...first, postings: [...first.postings].reverse() },
    ]
    for (const other of others) expect(await post(share(transferIdOf('beside'), 2, 1n), other)).toBe('conflict')
    expect(await post(first, share(first.transferId, 2, 8n))).toBe('conflict')
    expect((await payable(2)).micros).toBe(-7n)
    expect(await entriesOf({ transferId: transferIdOf('beside') })).toEqual([])
  })

  test.each<[what: string, code: string, transfer: Transfer]>([
    ['a closed month', 'month-closed', share(transferIdOf('w1'), 1, 1n, MONTHS.closed)],
    ['a month nobody entered', 'month-unknown', share(transferIdOf('w2'), 1, 1n, '2031-01')],
    ['a holder nobody knows', 'holder-unknown', share(transferIdOf('w3'), 99, 1n)],
    ['a run nobody started', 'run-unknown', { ...share(transferIdOf('w4'), 1, 1n), runId: holderOf(1) }],
    [
      'a version nobody wrote',
      'contract-unknown',
      withSubject(share(transferIdOf('w5'), 1, 1n), { contractId: CONTRACT, contractVersion: 9 }),
    ],
    ['an ISRC that is none', 'malformed', withSubject(share(transferIdOf('w6'), 1, 1n), { isrc: 'zzseg2600001' })],
    ['a territory that is none', 'malformed', withSubject(share(transferIdOf('w7'), 1, 1n), { territory: 'Germany' })],
    ['more than is owed', 'more-than-owed', payout(transferIdOf('w8'), 1, 1_000_000n)],
  ])('%s is refused as %s', async (_, code, transfer) => {
    const before = await asIs()
    const result = await postTransfers(finance, [share(transferIdOf('good', code), 4, 1n), transfer])
    expect(result).toMatchObject({ ok: false, problem: { code, retriable: false } })
    expect(await asIs()).toEqual(before)
  })

  test('takes several currencies when each adds to zero', async () => {
    const eur = { kind: 'payable', currency: 'EUR', holderId: holderOf(5) } as const
    const jpy = { kind: 'payable', currency: 'JPY', holderId: holderOf(5) } as const
    await post(share(transferIdOf('to be converted'), 5, 10n))
    const conversion = (yen: bigint): Transfer => ({
      transferId: transferIdOf('conversion', String(yen)),
      kind: 'exchange',
      status: 'posted',
      period: MONTHS.october,
      postings: [
        { ...eur, amountMicros: 10n },
        { kind: 'exchange', currency: 'EUR', amountMicros: -10n },
        { kind: 'exchange', currency: 'JPY', amountMicros: 1705n },
        { ...jpy, amountMicros: -yen },
      ],
    })
    expect(await post(conversion(1704n))).toBe('unbalanced')
    expect(await post(conversion(1705n))).toBe('entered')
    expect([(await balanceOf(finance, eur)).micros, (await balanceOf(finance, jpy)).micros]).toEqual([0n, -1705n])
  })

  test('in a month that is closing nothing is entered but by its run', async () => {
    await setMonth(finance, MONTHS.november, 'closing')
    expect(await post(share(transferIdOf('closing'), 1, 1n, MONTHS.november))).toBe('month-closed')
    await setMonth(finance, MONTHS.november, 'open')
    expect(await post(share(transferIdOf('closing'), 1, 1n, MONTHS.november))).toBe('entered')
  })
})

function withSubject(transfer: Transfer, subject: object): Transfer {
  return { ...transfer, postings: transfer.postings.map((posting) => ({ ...posting, ...subject })) }
}

describe('a pending transfer', () => {
  const october = { period: MONTHS.october }

  test('is in no balance until it is posted, once; then it can neither be posted otherwise nor voided', async () => {
    const pending = payout(transferIdOf('pending'), 10, 60n)
    expect(await post(pending)).toBe('more-than-owed')
    expect(await post(share(transferIdOf('owed 10'), 10, 100n))).toBe('entered')
    expect(await post(pending)).toBe('entered')
    expect(await payable(10)).toMatchObject({ micros: -100n, pendingDebitMicros: 60n })
    // What is pending is taken: the rest is all there is.
    expect(await post(payout(transferIdOf('too much'), 10, 41n))).toBe('more-than-owed')

    const settle = { earlierId: pending.transferId, period: MONTHS.november }
    expect(await postPending(finance, [settle])).toEqual({ ok: true, value: { entered: 1, repeated: 0 } })
    expect(await postPending(finance, [settle])).toEqual({ ok: true, value: { entered: 0, repeated: 1 } })
    expect(await payable(10)).toMatchObject({ micros: -40n, pendingDebitMicros: 0n })
    expect(codeOf(await postPending(finance, [{ ...settle, period: MONTHS.october }]))).toBe('conflict')
    expect(codeOf(await postPending(finance, [{ ...settle, transferId: transferIdOf('x') }]))).toBe('settled-already')
    expect(codeOf(await voidTransfer(finance, settle))).toBe('settled-already')
    const [entry] = await entriesOf({ transferId: followerId('post', pending.transferId) })
    expect(entry).toMatchObject({ kind: 'payout', pendingId: pending.transferId, period: MONTHS.november })
  })

  test('is voided once, and frees what it had taken', async () => {
    const pending = payout(transferIdOf('to void'), 11, 100n)
    await post(share(transferIdOf('owed 11'), 11, 100n))
    await post(pending)
    const settle = { earlierId: pending.transferId, ...october, reason: 'the bank sent it back' }
    expect(await voidTransfer(finance, settle)).toEqual({ ok: true, value: { entered: 1, repeated: 0 } })
    expect(await voidTransfer(finance, settle)).toEqual({ ok: true, value: { entered: 0, repeated: 1 } })
    expect(codeOf(await postPending(finance, [settle]))).toBe('settled-already')
    expect(await payable(11)).toMatchObject({ micros: -100n, pendingDebitMicros: 0n })
    expect(await post(payout(transferIdOf('again'), 11, 100n))).toBe('entered')
  })

  test('is posted with others or not at all; an earlier month, an unknown one and a posted one are refused', async () => {
    const [a, b] = [payout(transferIdOf('a'), 12, 1n), payout(transferIdOf('b'), 12, 1n)]
    await post(share(transferIdOf('owed 12'), 12, 10n))
    expect(await post(a, b)).toBe('entered')
    const unknown = { earlierId: transferIdOf('nobody'), ...october }
    expect(codeOf(await postPending(finance, [{ earlierId: a.transferId, ...october }, unknown]))).toBe(
      'transfer-unknown',
    )
    expect(await payable(12)).toMatchObject({ micros: -10n, pendingDebitMicros: 2n })
    const early = { earlierId: a.transferId, period: MONTHS.september }
    expect(codeOf(await postPending(finance, [early]))).toBe('earlier-month')
    expect(codeOf(await postPending(finance, [{ earlierId: transferIdOf('owed 12'), ...october }]))).toBe('not-pending')
    expect(codeOf(await voidTransfer(finance, { earlierId: transferIdOf('owed 12'), ...october }))).toBe('not-pending')
  })
})

describe('a reversal', () => {
  const reason = 'wrong contract'
  test('takes a posted transfer back, once, with all that its postings said', async () => {
    const wrong = share(transferIdOf('wrong'), 13, 100n)
    await post(wrong)
    const back = { earlierId: wrong.transferId, period: MONTHS.november, reason }
    expect(await reverse(finance, back)).toEqual({ ok: true, value: { entered: 1, repeated: 0 } })
    expect(await reverse(finance, back)).toEqual({ ok: true, value: { entered: 0, repeated: 1 } })
    expect(codeOf(await reverse(finance, { ...back, transferId: transferIdOf('twice') }))).toBe('reversed-already')
    expect((await payable(13)).micros).toBe(0n)
    const entries = await entriesOf({ isrc: 'ZZSEG2600001', from: MONTHS.november, to: MONTHS.november })
    const reversed = entries.filter(({ reversalOf }) => reversalOf === wrong.transferId)
    expect(reversed.map(({ accountKind, amountMicros }) => [accountKind, amountMicros])).toEqual([
      ['pool', -100n],
      ['payable', 100n],
    ])
    expect(reversed[0]).toMatchObject({ reason, territory: 'DE', enteredBy: 'segue_finance' })
  })

  test('of a pending one, of a reversal and of nothing is refused', async () => {
    const pending = payout(transferIdOf('pending 14'), 14, 1n)
    await post(share(transferIdOf('owed 14'), 14, 1n))
    await post(pending)
    const refused = async (earlierId: string) =>
      codeOf(await reverse(finance, { earlierId, period: MONTHS.november, reason }))
    expect(await refused(pending.transferId)).toBe('not-posted')
    expect(await refused(followerId('reverse', transferIdOf('wrong')))).toBe('not-posted')
    expect(await refused(transferIdOf('nothing'))).toBe('transfer-unknown')
    expect(await refused('nonsense')).toBe('malformed')
  })
})

describe('the schema alone refuses', () => {
  const A = ledgerAccountId({ kind: 'pool', currency: 'EUR' })
  const B = ledgerAccountId({ kind: 'payable', currency: 'EUR', holderId: holderOf(1) })
  const NEW = transferIdOf('by hand')
  const transfer = (count: number, columns = '', values = '', status = 'posted') =>
    `INSERT INTO ledger_transfers (transfer_id, kind, status, period, posting_count${columns})
     VALUES ('${NEW}', 'correction', '${status}', '2026-10-01', ${count}${values});`
  const postings = (...rows: [number, string, number][]) =>
    rows
      .map(
        ([n, account, micros]) =>
          `INSERT INTO ledger_postings (transfer_id, posting, posting_count, period, status, ledger_account_id, currency, amount_micros)
           SELECT transfer_id, ${n}, posting_count, period, status, '${account}', 'EUR', ${micros} FROM ledger_transfers WHERE transfer_id = '${NEW}';`,
      )
      .join('')
  const OLD = transferIdOf('once a')

  test.each<[what: string, by: string, sql: string]>([
    ['a transfer that does not add to zero', 'ledger_transfer_balances', transfer(2) + postings([1, A, 5], [2, B, -4])],
    ['a transfer without postings', 'ledger_transfer_is_whole', transfer(2)],
    ['a transfer with a posting too few', 'ledger_transfer_is_whole', transfer(3) + postings([1, A, 5], [2, B, -5])],
    ['a posting more than it has', 'ledger_postings_check', transfer(2) + postings([1, A, 5], [2, B, -5], [3, A, 1])],
    [
      'a pair of postings that is added later',
      'ledger_postings_check',
      `INSERT INTO ledger_postings (transfer_id, posting, posting_count, period, status, ledger_account_id, currency, amount_micros)
       SELECT transfer_id, n, posting_count, period, status, '${A}', 'EUR', n * 2 - 7 FROM ledger_transfers, generate_series(3, 4) AS n WHERE transfer_id = '${OLD}'`,
    ],
    [
      'a count that is made greater for it',
      'ledger_postings_of_transfer',
      `INSERT INTO ledger_postings (transfer_id, posting, posting_count, period, status, ledger_account_id, currency, amount_micros)
       SELECT transfer_id, n, 4, period, status, '${A}', 'EUR', n * 2 - 7 FROM ledger_transfers, generate_series(3, 4) AS n WHERE transfer_id = '${OLD}'`,
    ],
    [
      'a posting of no transfer',
      'ledger_postings_of_transfer',
      `INSERT INTO ledger_postings (transfer_id, posting, posting_count, period, status, ledger_account_id, currency, amount_micros)
       VALUES ('${NEW}', 1, 2, '2026-10-01', 'posted', '${A}', 'EUR', 5)`,
    ],
    ['a posting on no account', 'ledger_postings_on_account', transfer(2) + postings([1, NEW, 5], [2, B, -5])],
    ['a posting of nothing', 'ledger_postings_amount_micros_check', transfer(2) + postings([1, A, 0], [2, B, 0])],
    ['the same id again', 'ledger_transfers_pkey', transfer(2).replace(NEW, OLD)],
    [
      'a reversal of other postings',
      'ledger_transfer_mirrors',
      transfer(2, ', reversal_of, reason', `, '${OLD}', 'x'`).replace('correction', 'share') +
        postings([1, A, -6], [2, B, 6]),
    ],
    [
      'a posted follower of a posted one',
      'ledger_transfer_was_pending',
      transfer(2, ', pending_id', `, '${OLD}'`).replace('correction', 'share') + postings([1, A, 5], [2, B, -5]),
    ],
    ['a void that voids nothing', 'ledger_transfers_check', transfer(0, '', '', 'voided')],
    ['a void with postings', 'ledger_transfers_check', transfer(2, ', pending_id', `, '${OLD}'`, 'voided')],
    ['a closed month', 'ledger_month_is_open', transfer(2).replace('2026-10-01', '2026-08-01')],
    [
      'a month that is opened again',
      'accounting_months_stay_closed',
      `UPDATE accounting_months SET status = 'open', closed_at = NULL`,
    ],
    ['an amount that is changed', 'is only ever added to', 'UPDATE ledger_postings SET amount_micros = amount_micros'],
    ['a transfer that is changed', 'is only ever added to', `UPDATE ledger_transfers SET reason = 'x'`],
    ['a posting that is deleted', 'is only ever added to', 'DELETE FROM ledger_postings'],
    ['a transfer that is deleted', 'is only ever added to', 'DELETE FROM ledger_transfers'],
    ['an account that is changed', 'is only ever added to', `UPDATE ledger_accounts SET currency = 'USD'`],
    ['a ledger that is emptied', 'is only ever added to', 'TRUNCATE ledger_postings'],
    ['all that is emptied', 'is only ever added to', 'TRUNCATE ledger_transfers, ledger_postings CASCADE'],
    ['the sums of a month that are changed', 'is only ever added to', 'UPDATE ledger_month_sums SET debit_micros = 0'],
    [
      'an edit past the triggers',
      'is only ever added to',
      `SET LOCAL session_replication_role = replica; DELETE FROM ledger_postings`,
    ],
  ])('%s', async (_, by, sql) => {
    // As a superuser in the place of the owner: no grant stands in the way.
    const asOwner = sql.includes('replication_role') ? sql : `SET LOCAL ROLE segue_owner; ${sql}`
    const refused = await inTransaction(world.admin, (client) => client.query(asOwner)).then(
      () => 'taken',
      (error: { constraint?: string; message: string }) => error.constraint ?? error.message,
    )
    expect(refused).toContain(by)
  })

  test.each([
    'UPDATE ledger_postings SET amount_micros = 1',
    'DELETE FROM ledger_transfers',
    'TRUNCATE ledger_postings',
    `INSERT INTO ledger_transfers (transfer_id, kind, status, period, posting_count, entered_by) VALUES (gen_random_uuid(), 'share', 'posted', '2026-10-01', 2, 'nobody')`,
    'INSERT INTO ledger_month_sums SELECT month, ledger_account_id, 0, 0 FROM accounting_months, ledger_accounts',
    `ALTER TABLE ledger_postings DISABLE TRIGGER ALL`,
    'SET session_replication_role = replica',
  ])('finance may not %s', async (sql) => {
    await expect(finance.query(sql)).rejects.toMatchObject({ code: '42501' })
  })
})

test('of a closed month the sums are kept, and balances are what they were', async () => {
  const accounts = { kind: 'payable', currency: 'EUR', holderId: holderOf(20) } as const
  const month = '2026-12'
  await world.admin.query(`INSERT INTO accounting_months (month) VALUES ('2026-12-01'), ('2027-01-01')`)
  await post(share(transferIdOf('dec 1'), 20, 11n, month), share(transferIdOf('dec 2'), 20, 31n, month))
  await post(payout(transferIdOf('dec 3'), 20, 12n, month))
  const before = await balanceOf(finance, accounts)
  expect(before).toMatchObject({ micros: -42n, pendingDebitMicros: 12n })
  await finance.query(`UPDATE accounting_months SET status = 'closed', closed_at = now() WHERE month = '2026-12-01'`)
  expect(await balanceOf(finance, accounts)).toEqual(before)
  const settle = { earlierId: transferIdOf('dec 3'), period: month }
  expect(codeOf(await postPending(finance, [settle]))).toBe('month-closed')
  expect(codeOf(await postPending(finance, [{ ...settle, period: '2027-01' }]))).toBe('entered')
  expect(await balanceOf(finance, accounts)).toMatchObject({ micros: -30n, pendingDebitMicros: 0n })
  const { rows } = await finance.query(
    `SELECT bool_and(s.debit_micros - s.credit_micros = p.sum) AS same, count(*)::int AS n FROM ledger_month_sums s
       JOIN (SELECT period, ledger_account_id, sum(amount_micros) FROM ledger_postings WHERE status = 'posted' GROUP BY 1, 2) p
         ON (p.period, p.ledger_account_id) = (s.month, s.ledger_account_id)`,
  )
  expect(rows).toEqual([{ same: true, n: 2 }])
})

test('a month is not closed under whoever is entering something in it', async () => {
  const month = '2027-02'
  await world.admin.query(`INSERT INTO accounting_months (month) VALUES ('2027-02-01')`)
  const client = await finance.connect()
  await client.query('BEGIN')
  const account = ledgerAccountId({ kind: 'pool', currency: 'EUR' })
  await client.query(
    `INSERT INTO ledger_transfers (transfer_id, kind, status, period, posting_count) VALUES ($1, 'correction', 'posted', '2027-02-01', 2)`,
    [transferIdOf('slow')],
  )
  const closing = finance.query(
    `UPDATE accounting_months SET status = 'closed', closed_at = now() WHERE month = '2027-02-01'`,
  )
  await client.query(
    `INSERT INTO ledger_postings (transfer_id, posting, posting_count, period, status, ledger_account_id, currency, amount_micros)
     VALUES ($1, 1, 2, '2027-02-01', 'posted', $2, 'EUR', 5), ($1, 2, 2, '2027-02-01', 'posted', $2, 'EUR', -5)`,
    [transferIdOf('slow'), account],
  )
  await client.query('COMMIT')
  client.release()
  await closing
  expect(await post(share(transferIdOf('late'), 1, 1n, month))).toBe('month-closed')
  const { rows } = await finance.query(
    `SELECT debit_micros::int AS debit FROM ledger_month_sums WHERE month = '2027-02-01'`,
  )
  expect(rows).toEqual([{ debit: 5 }])
})
