/** Owns the test of what is entered by hand after a close, on real servers: a share that is taken back, and a payout that is voided, are settled by the next. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { reverse, voidTransfer } from '../../../infra/postgres/ledger/follow-transfers.ts'
import { BY_CONTRACT, POSTED } from '../cross-check/sql.ts'
import { addStreams, HOLDERS, worldStreams } from '../testing/close-world.ts'
import { createWorld, endWorld, MONTH, NEXT, type World } from '../testing/closing-world.ts'
import { royalties } from '../testing/royalties-process.ts'
import { monthSpan } from './month-span.ts'

let world: World
beforeAll(async () => {
  world = await createWorld(inject('stackEnv'), 'segue_close_reversed')
})
afterAll(async () => await endWorld(world))

test('who owes more than the month earned him is paid nothing, in his own currency and in another, and what was voided is paid', {
  timeout: 300_000,
}, async () => {
  const { admin, env } = world
  const first = await royalties(env, ['close', MONTH])
  expect(first.code, first.stderr).toBe(0)
  // The label is paid in euros, and the artist in yen: both of shares in euros.
  const { rows: shares } = await admin.query<{ transfer_id: string }>(
    `SELECT DISTINCT transfer_id FROM ledger_entries WHERE kind = 'share' AND currency = 'EUR' AND holder_id = ANY ($1)`,
    [[HOLDERS.label, HOLDERS.artist]],
  )
  expect(shares.length).toBeGreaterThan(2)
  for (const { transfer_id: earlierId } of shares)
    expect(await reverse(admin, { earlierId, period: NEXT, reason: 'not theirs' })).toMatchObject({ ok: true })
  const { rows: pending } = await admin.query<{ transfer_id: string; amount_micros: string }>(
    `SELECT transfer_id, amount_micros FROM ledger_entries WHERE kind = 'payout' AND account_kind = 'payable' AND holder_id = $1`,
    [HOLDERS.publisher],
  )
  expect(
    await voidTransfer(admin, { earlierId: pending[0]?.transfer_id ?? '', period: NEXT, reason: 'returned' }),
  ).toMatchObject({ ok: true })
  await addStreams(admin, worldStreams(NEXT, 3, 1_000))
  await admin.query(`DELETE FROM payments WHERE lower(covers) >= $1`, [monthSpan(NEXT).firstDay])

  const next = await royalties(env, ['close', NEXT])
  expect(next.code, next.stderr).toBe(0)
  const { rows: payouts } = await admin.query<{ holder_id: string; amount_micros: string }>(
    `SELECT holder_id, amount_micros FROM ledger_entries WHERE kind = 'payout' AND account_kind = 'payable' AND period = $1`,
    [monthSpan(NEXT).firstDay],
  )
  const paid = payouts.map(({ holder_id }) => holder_id)
  expect(paid).not.toContain(HOLDERS.label)
  expect(paid).not.toContain(HOLDERS.artist)
  const again = payouts.find(({ holder_id }) => holder_id === HOLDERS.publisher)
  expect(Number(again?.amount_micros)).toBeGreaterThanOrEqual(Number(pending[0]?.amount_micros))
  const { rows: owing } = await admin.query(
    `SELECT holder_id, currency FROM ledger_balances
      WHERE kind = 'payable' AND debit_micros + pending_debit_micros > credit_micros + pending_credit_micros ORDER BY 1`,
  )
  expect(owing).toEqual([
    { holder_id: HOLDERS.label, currency: 'EUR' },
    { holder_id: HOLDERS.artist, currency: 'EUR' },
  ])
  // What the cross-check asks of money is what the month itself posted.
  const { rows: posted } = await admin.query(POSTED, [monthSpan(NEXT).firstDay])
  expect(posted).toEqual([])
  const { rows: contracts } = await admin.query<{ micros: string }>(BY_CONTRACT, [monthSpan(NEXT).firstDay])
  expect(contracts.filter(({ micros }) => BigInt(micros) < 0n)).toEqual([])
  const same = await royalties(env, ['close', NEXT])
  expect(same.answer, same.stderr).toMatchObject({ status: 'nothing to do' })
})
