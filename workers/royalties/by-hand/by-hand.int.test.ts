/** Owns the test of what a person enters by command after a close, on real servers: once, in the month that is closed next, and explained back to the streams. */

import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { monthSpan } from '../close/month-span.ts'
import { addStreams, HOLDERS, worldStreams } from '../testing/close-world.ts'
import { createWorld, endWorld, MONTH, NEXT, type World } from '../testing/closing-world.ts'
import { royalties } from '../testing/royalties-process.ts'

const ADVANCES = readFileSync(new URL('../close/sql/advances.sql', import.meta.url), 'utf8')
let world: World
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-by-hand-'))
  world = await createWorld(inject('stackEnv'), 'segue_by_hand')
  const { code, stderr } = await royalties(world.env, ['close', MONTH])
  expect(code, stderr).toBe(0)
})
afterAll(async () => {
  await endWorld(world)
  await rm(folder, { recursive: true, force: true })
})

const run = (...args: string[]) => royalties(world.env, args)
async function one<Row extends object>(sql: string, ...values: unknown[]): Promise<Row> {
  const { rows } = await world.admin.query<Row>(sql, values)
  const [row] = rows
  if (row === undefined) throw new Error(`nothing is there: ${sql}`)
  return row
}
const transfers = async () => (await one<{ n: number }>('SELECT count(*)::int AS n FROM ledger_transfers')).n

async function file(name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, `${lines.join('\n')}\n`)
  return path
}

test('a share is taken back once, and its reversal is explained by the line and the streams of the share', async () => {
  const share = await one<{ id: string; run: string }>(
    `SELECT transfer_id AS id, run_id AS run FROM ledger_entries WHERE kind = 'share' AND holder_id = $1 AND isrc IS NOT NULL ORDER BY 1 LIMIT 1`,
    HOLDERS.artist,
  )
  const entered = await run('reverse', share.id, '--reason', "the recording was another's")
  expect(entered.answer, entered.stderr).toMatchObject({ status: 'entered', month: NEXT })
  const before = await transfers()
  const again = await run('reverse', share.id, '--reason', 'asked twice')
  expect(again.answer, again.stderr).toEqual({ ...entered.answer, status: 'nothing to do' })
  expect(await transfers()).toBe(before)

  const reversal = String(entered.answer.transfer_id)
  const of = await run('explain', share.id)
  const told = await run('explain', reversal)
  expect(told.answer, told.stderr).toMatchObject({
    about: 'posting',
    posting: { month: NEXT, run_id: share.run, run_month: MONTH, reversal_of: share.id },
  })
  expect(told.answer.lines).toEqual(of.answer.lines)
  expect((told.answer.lines as { streams_of_line: unknown[] }[])[0]?.streams_of_line.length).toBeGreaterThan(0)
  expect(told.stderr).toContain(`it takes back ${share.id}: the recording was another's`)
  const twice = await run('reverse', reversal, '--reason', 'it was right')
  expect(twice.code).toBe(1)
  expect(twice.answer).toMatchObject({ status: 'failed', reason: expect.stringContaining('itself a reversal') })
})

test('a payout that the bank paid is explained by the lines that earned it, and taken back by its own id; a pending one is voided', async () => {
  const payouts = await world.admin.query<{ id: string; holder: string; currency: string; micros: number }>(
    `SELECT transfer_id AS id, holder_id AS holder, currency, amount_micros::float8 AS micros FROM ledger_entries
      WHERE kind = 'payout' AND account_kind = 'payable' AND currency = 'EUR' ORDER BY 1`,
  )
  const [paid, pending] = payouts.rows
  if (paid === undefined || pending === undefined) throw new Error('there are two payouts in euros')
  const bank = await file('bank.csv', [
    'payout_id,holder_id,currency,amount,booked_on,bank_reference',
    `${paid.id},${paid.holder},EUR,${(paid.micros / 1e6).toFixed(2)},${NEXT}-05,BANK-1`,
  ])
  const reconciled = await run('reconcile', '--month', MONTH, '--file', bank)
  expect(reconciled.stderr).toContain('1 paid, 1 of them posted now')
  const posting = await one<{ id: string }>(
    `SELECT transfer_id AS id FROM ledger_transfers WHERE pending_id = $1 AND status = 'posted'`,
    paid.id,
  )
  const told = await run('explain', posting.id)
  const of = await run('explain', paid.id)
  expect(told.answer, told.stderr).toMatchObject({ about: 'posting', posting: { run_month: MONTH, kind: 'payout' } })
  expect((told.answer.lines as unknown[]).length).toBeGreaterThan(0)
  expect(told.answer.lines).toEqual(of.answer.lines)

  const returned = await run('reverse', paid.id, '--reason', 'the bank sent it back')
  expect(returned.answer, returned.stderr).toMatchObject({ status: 'entered', month: NEXT })
  expect(
    await one(`SELECT reversal_of FROM ledger_transfers WHERE transfer_id = $1`, returned.answer.transfer_id),
  ).toEqual({
    reversal_of: posting.id,
  })
  const notVoided = await run('void', paid.id, '--reason', 'too late')
  expect(notVoided.answer).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('was posted or voided by'),
  })

  const voided = await run('void', pending.id, '--reason', 'the account was closed')
  expect(voided.answer, voided.stderr).toMatchObject({ status: 'entered', month: NEXT })
  const again = await run('void', pending.id, '--reason', 'the account was closed')
  expect(again.answer).toEqual({ ...voided.answer, status: 'nothing to do' })
  const unknown = await run('void', '00000000-0000-7000-8000-000000000000', '--reason', 'nobody knows it')
  expect(unknown.answer).toMatchObject({ status: 'failed', reason: expect.stringContaining('there is no transfer') })
})

test('a file of corrections is entered whole or not at all, and once; the next close settles all of it', async () => {
  const [a, b] = ['019b0000-0000-7000-8000-000000000001', '019b0000-0000-7000-8000-000000000002']
  const header = 'transfer_id,account,holder_id,currency,amount_micros,reason'
  const good = [
    `${a},cost,,EUR,5000000,a share that was left out`,
    `${a},payable,${HOLDERS.publisher},EUR,-5000000,a share that was left out`,
  ]
  const before = await transfers()
  const broken = await run(
    'correct',
    '--file',
    await file('broken.csv', [
      header,
      ...good,
      `${b},cost,,EUR,7,odd`,
      `${b},payable,,EUR,-7,odd`,
      `${b},bank,,EUR,-6,odd`,
      `${b},vault,,EUR,1,odd`,
      `${b},bank,,EUR,0,odd`,
    ]),
  )
  expect(broken.code).toBe(1)
  for (const said of [
    'broken.csv:5: `holder_id` of an account payable is no UUID',
    'broken.csv:7: `account` is none of',
    'broken.csv:8: `amount_micros` is not a whole number',
    `broken.csv:4: the postings of ${b} add to 1 millionths of EUR`,
  ])
    expect(broken.stderr).toContain(said)
  expect(await transfers()).toBe(before)

  const right = await file('right.csv', [header, ...good])
  const entered = await run('correct', '--file', right)
  expect(entered.answer, entered.stderr).toEqual({ status: 'entered', entered: [{ transfer_id: a, month: NEXT }] })
  const again = await run('correct', '--file', right)
  expect(again.answer).toEqual({ ...entered.answer, status: 'nothing to do' })
  const other = await run(
    'correct',
    '--file',
    await file('other.csv', [header, ...good.map((line) => line.replace('5000000', '5000001'))]),
  )
  expect(other.answer).toMatchObject({ status: 'failed', reason: expect.stringContaining('otherwise') })
  const told = await run('explain', a)
  expect(told.answer).toMatchObject({ about: 'posting', posting: { run_id: null, kind: 'correction' }, lines: [] })
  expect(told.stderr).toContain('entered by hand, by segue_finance: a share that was left out')

  await addStreams(world.admin, worldStreams(NEXT, 60, 1_000))
  const next = await royalties(world.env, ['close', NEXT], /the input is frozen/)
  expect(next.code, next.stderr).toBeNull()
  // While the month is closing: in the one after it, and the close goes on by what it has frozen.
  const share = await one<{ id: string }>(
    `SELECT transfer_id AS id FROM ledger_entries e WHERE kind = 'share' AND holder_id = $1 AND isrc IS NOT NULL AND reversal_of IS NULL
       AND NOT EXISTS (SELECT FROM ledger_transfers t WHERE t.reversal_of = e.transfer_id) ORDER BY 1 LIMIT 1`,
    HOLDERS.label,
  )
  const reversed = await run('reverse', share.id, '--reason', 'sold in May')
  expect(reversed.answer, reversed.stderr).toMatchObject({
    status: 'entered',
    month: monthSpan(NEXT).nextDay.slice(0, 7),
  })
  const exported = await run('export', NEXT)
  expect(exported.answer).toMatchObject({
    findings: [{ name: 'not-closed', what: `${NEXT} was frozen, and not yet closed` }],
  })
  const closed = await run('close', NEXT)
  expect(closed.code, closed.stderr).toBe(0)
  const after = await run('correct', '--file', right)
  expect(after.answer, after.stderr).toEqual({ ...entered.answer, status: 'nothing to do' })
})

test('a recoupment that is taken back is open again, and an advance that is taken back is not kept back', async () => {
  const { nextDay: month } = monthSpan(NEXT)
  const open = async () =>
    await one<{ open: string; amount: string; isBooked: boolean }>(
      ADVANCES,
      month,
      monthSpan(month.slice(0, 7)).nextDay,
    )
  const before = await open()
  const { rows } = await world.admin.query<{ id: string; micros: string }>(
    `SELECT transfer_id AS id, -amount_micros AS micros FROM ledger_entries WHERE kind = 'recoupment' AND account_kind = 'advance' ORDER BY period`,
  )
  const sum = rows.reduce((all, { micros }) => all + BigInt(micros), 0n)
  expect(sum).toBeGreaterThan(0n)
  expect(before).toMatchObject({ open: String(BigInt(before.amount) - sum), isBooked: true })
  const taken = await run('reverse', rows[0]?.id ?? '', '--reason', 'kept back twice')
  expect(taken.answer, taken.stderr).toMatchObject({ status: 'entered' })
  expect((await open()).open).toBe(String(BigInt(before.open) + BigInt(rows[0]?.micros ?? 0)))
  const advance = await one<{ id: string }>(`SELECT transfer_id AS id FROM ledger_transfers WHERE kind = 'advance'`)
  const kept = rows.slice(1).map(({ id }) => id)
  if (kept.length > 0) {
    const refused = await run('reverse', advance.id, '--reason', 'it was never paid')
    expect(refused.answer).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining(`there was kept back ${kept.join(', ')}`),
    })
  }
  for (const id of kept) expect((await run('reverse', id, '--reason', 'kept back twice')).code).toBe(0)
  expect((await run('reverse', advance.id, '--reason', 'it was never paid')).answer).toMatchObject({
    status: 'entered',
  })
  expect(await open()).toMatchObject({ open: '0', isBooked: true })
})
