/** Owns the test of bank files on the real server, by the command: what is paid is posted once, what is not is told, a broken file changes nothing. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { balanceOf } from '../../../infra/postgres/ledger/balance-of.ts'
import { voidTransfer } from '../../../infra/postgres/ledger/follow-transfers.ts'
import { postTransfers } from '../../../infra/postgres/ledger/post-transfers.ts'
import {
  closeMonth,
  createLedgerWorld,
  holderOf,
  type LedgerWorld,
  MONTHS,
  payout,
  share,
} from '../../../infra/postgres/ledger/testing/ledger-world.ts'
import { transferIdOf } from '../../../infra/postgres/ledger/transfer.ts'
import { PROJECT_ROOT } from '../../../infra/stack/folders.ts'
import { FileProblem } from '../../plain-files/file-problem.ts'
import { report } from './command.ts'
import { reconcile } from './reconcile.ts'

const HOLDERS = 8
const OWED = 100_000_000n
const payoutId = (n: number): string => transferIdOf('payout', n)
const LINES = {
  paid1: `${payoutId(1)},${holderOf(1)},EUR,100.00,2026-11-05,BANK-1`,
  paid2: `${payoutId(2)},${holderOf(2)},EUR,100.00,2026-11-05,BANK-2`,
  short3: `${payoutId(3)},${holderOf(3)},EUR,99.99,2026-11-05,BANK-3`,
  over4: `${payoutId(4)},${holderOf(4)},EUR,100.01,2026-11-05,"BANK-4, quoted"`,
  twice2: `${payoutId(2)},${holderOf(2)},EUR,100.00,2026-11-06,BANK-2B`,
  unknown: `${transferIdOf('nobody')},${holderOf(5)},EUR,1.00,2026-11-05,BANK-5`,
  otherHolder: `${payoutId(5)},${holderOf(1)},EUR,100.00,2026-11-05,BANK-6`,
  voided6: `${payoutId(6)},${holderOf(6)},EUR,100.00,2026-11-05,BANK-7`,
  paid7: `${payoutId(7)},${holderOf(7)},EUR,100.00,2026-10-30,BANK-8`,
}
const HEADER = 'payout_id,holder_id,currency,amount,booked_on,bank_reference'

let world: LedgerWorld
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-bank-'))
})
beforeEach(async () => {
  await world?.end()
  world = await createLedgerWorld(inject('stackEnv'), 'segue_reconcile_test', HOLDERS)
  const holders = Array.from({ length: HOLDERS }, (_, index) => index + 1)
  const owed = holders.map((n) => share(transferIdOf('owed', n), n, OWED, MONTHS.october))
  const payouts = holders.map((n) => payout(payoutId(n), n, OWED, MONTHS.october))
  expect(await postTransfers(world.finance, [...owed, ...payouts])).toMatchObject({ ok: true })
  expect(await voidTransfer(world.finance, { earlierId: payoutId(6), period: MONTHS.october })).toMatchObject({
    ok: true,
  })
  // A month is closed with its payouts pending: what the bank says of them comes later.
  await closeMonth(world.finance, MONTHS.october)
})
afterAll(async () => {
  await world?.end()
  await rm(folder, { recursive: true, force: true })
})

/** As the command does it, in this process: one test below starts the program. */
async function reconcileFile(lines: readonly string[], name = 'bank.csv', header = HEADER) {
  const file = await written(lines, name, header)
  try {
    const { exitCode, table, summary } = report(await reconcile(world.finance, file, MONTHS.october, new Date()))
    return { code: exitCode, err: summary, findings: parse(table, { columns: true }) as Record<string, string>[] }
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error
    return { code: 1, err: error.message.replaceAll(`${folder}/`, ''), findings: [] }
  }
}

async function written(lines: readonly string[], name: string, header: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, [header, ...lines, ''].join('\r\n'))
  return file
}

async function command(file: string) {
  const words = ['royalties', 'reconcile', '--month', MONTHS.october, '--file', file]
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'infra/stack/bootstrap.mjs'), ...words], {
    env: { ...process.env, ...inject('stackEnv'), ...world.database.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  child.stdout.on('data', (part: Buffer) => {
    said.out += part.toString()
  })
  child.stderr.on('data', (part: Buffer) => {
    said.err += part.toString()
  })
  const [code] = await once(child, 'close')
  return { code, ...said }
}

const books = async () =>
  (
    await world.admin.query(
      `SELECT (SELECT count(*)::int FROM ledger_transfers) AS transfers, (SELECT count(*)::int FROM ledger_postings) AS postings,
              (SELECT count(*)::int FROM bank_entries) AS entries, (SELECT count(*)::int FROM bank_files) AS files`,
    )
  ).rows[0]
const owedTo = (n: number) => balanceOf(world.finance, { kind: 'payable', currency: 'EUR', holderId: holderOf(n) })

test('each payment is told for what it is; what was paid is posted, and nothing else; again changes nothing', async () => {
  const lines = Object.values(LINES)
  const first = await reconcileFile(lines)
  expect(first.err).toBe('3 paid, 3 of them posted now, 1 short, 1 over, 1 twice, 3 unknown, 2 missing')
  expect(first.code).toBe(2)
  const told = first.findings.map(({ outcome, bank_reference, payout_id }) => [outcome, bank_reference || payout_id])
  expect(new Set(told.map(String))).toEqual(
    new Set([
      'short,BANK-3',
      'over,BANK-4, quoted',
      'twice,BANK-2B',
      'unknown,BANK-5',
      'unknown,BANK-6',
      'unknown,BANK-7',
      `missing,${payoutId(5)}`,
      `missing,${payoutId(8)}`,
    ]),
  )
  expect(first.findings.find(({ outcome }) => outcome === 'short')).toEqual({
    outcome: 'short',
    payout_id: payoutId(3),
    holder_id: holderOf(3),
    currency: 'EUR',
    payout_amount: '100.00',
    bank_amount: '99.99',
    booked_on: '2026-11-05',
    bank_reference: 'BANK-3',
    line: '4',
    reason: '0.01 EUR less than was to be paid',
  })
  for (const n of [1, 2, 7]) expect(await owedTo(n)).toMatchObject({ micros: 0n, pendingDebitMicros: 0n })
  for (const n of [3, 4, 5, 8]) expect(await owedTo(n)).toMatchObject({ micros: -OWED, pendingDebitMicros: OWED })
  expect((await balanceOf(world.finance, { kind: 'bank', currency: 'EUR' })).micros).toBe(-3n * OWED)
  // October is closed: what the bank booked in it is entered in the month after.
  const months = await world.admin.query(
    `SELECT DISTINCT to_char(period, 'YYYY-MM') AS month FROM ledger_transfers WHERE pending_id IS NOT NULL AND status = 'posted'`,
  )
  expect(months.rows).toEqual([{ month: MONTHS.november }])

  const before = await books()
  const second = await reconcileFile(lines)
  expect(second).toEqual({ ...first, err: first.err.replace('3 of them posted now', '0 of them posted now') })
  // Another file with the same payments, and in another order.
  const third = await reconcileFile([...lines].reverse(), 'again.csv')
  expect(third.err).toBe(second.err)
  expect(await books()).toEqual({ ...before, files: 2 })
})

test('the command prints the findings as CSV and ends with 2; of a broken file it names the line and ends with 1', async () => {
  const told = await command(await written([LINES.paid1, LINES.short3], 'command.csv', HEADER))
  expect(told).toMatchObject({ code: 2, err: '1 paid, 1 of them posted now, 1 short, 5 missing\n' })
  expect(told.out.split('\n')[0]).toBe(
    'outcome,payout_id,holder_id,currency,payout_amount,bank_amount,booked_on,bank_reference,line,reason',
  )
  expect(told.out.split('\n')).toHaveLength(1 + 6 + 1)
  const broken = await command(await written([LINES.paid1.replace('100.00', '100')], 'broken.csv', HEADER))
  expect(broken).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('broken.csv:2: `amount` is not a number'),
  })
})

test('of two files each tells what is missing still; a payment of the first is the same in the second', async () => {
  expect(await reconcileFile([LINES.paid1])).toMatchObject({ code: 2, err: '1 paid, 1 of them posted now, 6 missing' })
  const second = await reconcileFile([LINES.paid1, LINES.paid2], 'second.csv')
  expect(second).toMatchObject({ code: 2, err: '2 paid, 1 of them posted now, 5 missing' })
  const twice = await reconcileFile([LINES.twice2], 'third.csv')
  expect(twice).toMatchObject({ code: 2, err: '0 paid, 0 of them posted now, 1 twice, 5 missing' })
})

test('when all agree it says so, and ends with 0', async () => {
  const all = [1, 2, 3, 4, 5, 7, 8].map((n) => `${payoutId(n)},${holderOf(n)},EUR,100.00,2026-11-05,ALL-${n}`)
  const agreed = await reconcileFile(all)
  expect(agreed).toEqual({ code: 0, err: '7 paid, 7 of them posted now: bank and ledger agree', findings: [] })
})

test('two at once post once', async () => {
  const both = await Promise.all(['a.csv', 'b.csv'].map((name) => reconcileFile([LINES.paid1, LINES.paid2], name)))
  expect(both.map(({ err }) => err).sort()).toEqual([
    '2 paid, 0 of them posted now, 5 missing',
    '2 paid, 2 of them posted now, 5 missing',
  ])
  expect(await owedTo(1)).toMatchObject({ micros: 0n })
})

test('a file with a line that is not right is refused, each line by its number, before anything is posted', async () => {
  const before = await books()
  const bad = [
    LINES.paid1,
    LINES.paid2.replace('100.00', '100.0'),
    LINES.paid2.replace('EUR', 'eur'),
    LINES.paid2.replace('EUR', 'JPY'),
    LINES.paid2.replace('100.00', '-100.00'),
    LINES.paid2.replace('100.00', '0.00'),
    LINES.paid2.replace('2026-11-05', '2026-02-30'),
    LINES.paid2.replace('2026-11-05', '2999-01-01'),
    LINES.paid2.replace(payoutId(2), 'P-2'),
    LINES.paid2.replace('BANK-2', ''),
    LINES.paid1.replace('100.00', '50.00'),
    `${LINES.paid2},more`,
  ]
  const refused = await reconcileFile(bad)
  expect(refused).toMatchObject({ code: 1, findings: [] })
  for (let line = 3; line <= bad.length + 1; line++) expect(refused.err).toContain(`bank.csv:${line}: `)
  expect(refused.err).not.toContain('bank.csv:2: ')
  expect(refused.err).toContain('bank.csv:12: `bank_reference` stands on line 2 as well')
  expect(await reconcileFile([LINES.paid1], 'header.csv', HEADER.replace('amount', 'sum'))).toMatchObject({ code: 1 })
  expect(await reconcileFile([LINES.paid1, '"half'], 'half.csv')).toMatchObject({
    code: 1,
    err: expect.stringContaining('half.csv:3: '),
  })
  expect(await books()).toEqual(before)

  // What contradicts an earlier file, with all that is right beside it.
  await reconcileFile([LINES.paid1], 'right.csv')
  const after = await books()
  const other = await reconcileFile([LINES.paid2, LINES.paid1.replace('100.00', '50.00')], 'other.csv')
  expect(other).toMatchObject({
    code: 1,
    err: expect.stringContaining('other.csv:3: an earlier file has `bank_reference` BANK-1'),
  })
  expect(await books()).toEqual(after)
  expect((await reconcileFile([], 'nothing.csv')).err).toBe('0 paid, 0 of them posted now, 6 missing')
})
