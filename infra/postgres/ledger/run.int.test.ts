/** Owns the test of a close on the real server: a run, its lines and their transfers, broken off anywhere and run again. */

import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { uuidv7 } from '../../../protocol/ids.ts'
import { inTransaction, type Pool } from '../client.ts'
import { balanceOf } from './balance-of.ts'
import { enterResult, type RoyaltyLine, type RoyaltyPool, type RunResult } from './enter-result.ts'
import type { LedgerResult } from './ledger-problem.ts'
import { postTransfers } from './post-transfers.ts'
import { postingsOf } from './postings-of.ts'
import { abandonRun, finishRun, type RunInput, runIdOf, startRun } from './run.ts'
import {
  CONTRACT,
  closeMonth,
  createLedgerWorld,
  holderOf,
  type LedgerWorld,
  MONTHS,
  setMonth,
} from './testing/ledger-world.ts'
import { transfersOfRun } from './transfers-of-run.ts'

let world: LedgerWorld
let finance: Pool
beforeAll(async () => {
  world = await createLedgerWorld(inject('stackEnv'), 'segue_run_test', 3)
  finance = world.finance
})
afterAll(async () => {
  await world?.end()
})

const codeOf = (result: LedgerResult<unknown>) => (result.ok ? 'entered' : result.problem.code)
const HASH = 'a'.repeat(64)
const input = (month: string, model: RunInput['model'] = 'pro-rata'): RunInput => ({
  month,
  model,
  rules: { threshold: 30_000, poolShare: [52, 100] },
  inputHash: 'b'.repeat(64),
  streamsUntil: new Date('2026-11-02T00:00:00Z'),
})

const DE = { territory: 'DE', tier: 'individual', rights: 'recording', currency: 'EUR' } as const
const FR = { ...DE, territory: 'FR' } as const
const pool = (where: typeof DE | typeof FR, revenue: bigint, amount: bigint): RoyaltyPool => ({
  ...where,
  netRevenueMicros: revenue,
  shareNum: 52n,
  shareDen: 100n,
  amountMicros: amount,
  listeners: 3,
  streams: 12,
})
const line = (where: typeof DE | typeof FR, holder: number, amount: bigint, isrc = 'ZZSEG2600001'): RoyaltyLine => ({
  kind: 'share',
  ...where,
  isrc,
  holderId: holderOf(holder),
  ...(holder === 3 ? {} : { contractId: CONTRACT, contractVersion: 1 }),
  streams: 6,
  amountMicros: amount,
})
const result: RunResult = {
  pools: [pool(DE, 101n, 52n), pool(FR, 10n, 5n)],
  lines: [
    line(DE, 1, 28n),
    line(DE, 2, 14n),
    line(DE, 3, 10n, 'ZZSEG2600002'),
    line(DE, 3, 0n, 'ZZSEG2600003'),
    { kind: 'share', ...FR, streams: 0, amountMicros: 5n },
  ],
  adjustments: [{ streamId: uuidv7(1), belongedTo: MONTHS.closed, reason: 'late' }],
}

test('a run goes on from wherever it was broken off, and ends with the same books', async () => {
  const month = MONTHS.october
  const started = await startRun(finance, input(month))
  expect(started).toMatchObject({ ok: true, value: { status: 'started', resultHash: null } })
  const runId = runIdOf(input(month))
  expect(codeOf(await finishRun(finance, runId, HASH))).toBe('entered')
  // Of a month without streams and revenue that is right: a run of its own from here on.
  const other = { ...input(MONTHS.september), rules: { poolShare: [52, 100], threshold: 30_000 } }
  await setMonth(finance, MONTHS.september, 'closing')
  const september = { run: runIdOf(other), month: MONTHS.september }
  const transfers = transfersOfRun(september.run, september.month, result)
  expect(transfers.map(({ kind, postings }) => [kind, postings.length])).toEqual([
    ['pool', 2],
    ['pool', 2],
    ['share', 3],
    ['share', 2],
    ['share', 2],
  ])

  for (let again = 0; again < 2; again++) {
    // The same input, its rules written in another order: the same run.
    expect(await startRun(finance, input(MONTHS.september))).toMatchObject({
      value: { runId: september.run, status: 'started' },
    })
    expect(await enterResult(finance, september.run, result)).toMatchObject({
      value: again === 0 ? { lines: 5, pools: 2, adjustments: 1 } : { lines: 0, pools: 0, adjustments: 0 },
    })
    expect(codeOf(await finishRun(finance, september.run, HASH))).toBe('not-booked')
    expect(await postTransfers(finance, transfers.slice(0, 3 + again))).toMatchObject({
      value: { entered: 3 - again * 2 },
    })
  }
  expect(codeOf(await enterResult(finance, september.run, { ...result, lines: result.lines.slice(1) }))).toBe(
    'conflict',
  )
  expect(codeOf(await enterResult(finance, september.run, { ...result, lines: result.lines.slice(0, 4) }))).toBe(
    'conflict',
  )
  expect(
    codeOf(await enterResult(finance, september.run, { ...result, pools: [pool(DE, 102n, 53n), pool(FR, 10n, 5n)] })),
  ).toBe('conflict')
  expect(codeOf(await abandonRun(finance, september.run))).toBe('run-ended')
  expect(codeOf(await postTransfers(finance, transfers))).toBe('entered')
  expect(await finishRun(finance, september.run, HASH)).toMatchObject({
    value: { status: 'finished', resultHash: HASH },
  })
  expect(codeOf(await finishRun(finance, september.run, HASH))).toBe('entered')
  expect(codeOf(await finishRun(finance, september.run, 'c'.repeat(64)))).toBe('run-ended')

  expect((await balanceOf(finance, { kind: 'pool', currency: 'EUR' })).micros).toBe(0n)
  expect((await balanceOf(finance, { kind: 'cost', currency: 'EUR' })).micros).toBe(57n)
  expect((await balanceOf(finance, { kind: 'unallocated', currency: 'EUR' })).micros).toBe(-5n)
  const owed = await Promise.all(
    [1, 2, 3].map((n) => balanceOf(finance, { kind: 'payable', currency: 'EUR', holderId: holderOf(n) })),
  )
  expect(owed.map(({ micros }) => micros)).toEqual([-28n, -14n, -10n])
  // What is posted again is known; what is new is refused, the run has ended.
  expect(await postTransfers(finance, transfers)).toMatchObject({ value: { entered: 0, repeated: 5 } })
  const more = transfersOfRun(september.run, september.month, { ...result, lines: [line(FR, 3, 1n)] })
  expect(codeOf(await postTransfers(finance, more))).toBe('run-ended')
})

test('each posting says its run, the hash of its input, contract and version, track, territory, tier, month and side', async () => {
  const runId = runIdOf(input(MONTHS.september))
  const said = []
  for await (const entry of postingsOf(finance, { runId, isrc: 'ZZSEG2600001' })) said.push(entry)
  expect(said.find(({ holderId }) => holderId === holderOf(2))).toMatchObject({
    runId,
    inputHash: 'b'.repeat(64),
    contractId: CONTRACT,
    contractVersion: 1,
    isrc: 'ZZSEG2600001',
    territory: 'DE',
    tier: 'individual',
    period: MONTHS.september,
    rights: 'recording',
    amountMicros: -14n,
    kind: 'share',
    status: 'posted',
  })
})

describe('a run is refused', () => {
  const month = MONTHS.november
  const change = (lines: readonly RoyaltyLine[]): RunResult => ({
    pools: [pool(DE, 101n, 52n)],
    lines,
    adjustments: [],
  })

  test('when a pool is not divided, or what its lines say was booked otherwise', async () => {
    const runId = runIdOf(input(month, 'user-centric'))
    expect(codeOf(await enterResult(finance, runId, change([])))).toBe('run-unknown')
    expect(codeOf(await startRun(finance, input(month, 'user-centric')))).toBe('entered')
    const short = change([line(DE, 1, 51n)])
    expect(codeOf(await enterResult(finance, runId, short))).toBe('entered')
    expect(codeOf(await postTransfers(finance, transfersOfRun(runId, month, short)))).toBe('entered')
    expect(codeOf(await finishRun(finance, runId, HASH))).toBe('not-divided')
    await expect(closeMonth(finance, month)).rejects.toMatchObject({ constraint: 'accounting_months_runs_ended' })
  })

  test('when another of the model stands, until that is abandoned; nothing is entered in one that ended', async () => {
    const first = runIdOf(input(month, 'artist-centric'))
    const second = { ...input(month, 'artist-centric'), inputHash: 'd'.repeat(64) }
    expect(codeOf(await startRun(finance, input(month, 'artist-centric')))).toBe('entered')
    expect(codeOf(await startRun(finance, second))).toBe('run-exists')
    expect(codeOf(await abandonRun(finance, first))).toBe('entered')
    expect(codeOf(await startRun(finance, second))).toBe('entered')
    expect(codeOf(await enterResult(finance, first, change([])))).toBe('run-ended')
    expect(codeOf(await abandonRun(finance, runIdOf(second)))).toBe('entered')
    expect(codeOf(await startRun(finance, { ...second, month: '2031-01' }))).toBe('month-unknown')
    expect(codeOf(await startRun(finance, { ...second, inputHash: 'none' }))).toBe('malformed')
  })

  test.each<[code: string, what: RoyaltyLine]>([
    ['contract-unknown', { ...line(DE, 1, 52n), contractVersion: 2 }],
    ['contract-unknown', { ...line(DE, 3, 52n), contractId: CONTRACT, contractVersion: 1 }],
    ['holder-unknown', { ...line(DE, 3, 52n), holderId: holderOf(9) }],
    ['malformed', line(DE, 3, -1n)],
    ['malformed', line(DE, 3, 52n, 'none')],
  ])('%s, with nothing of its result entered', async (code, what) => {
    const run = { ...input(month), inputHash: 'e'.repeat(64) }
    expect(codeOf(await startRun(finance, run))).toBe('entered')
    expect(codeOf(await enterResult(finance, runIdOf(run), change([line(DE, 3, 1n), what])))).toBe(code)
    const { rows } = await finance.query('SELECT FROM royalty_lines WHERE run_id = $1', [runIdOf(run)])
    expect(rows).toEqual([])
  })
})

test('what a line was reckoned by stays as it was; a pool of another amount than its share is refused', async () => {
  const refused = (sql: string) =>
    inTransaction(world.admin, (client) => client.query(sql)).then(
      () => 'taken',
      (error: { constraint?: string; message: string }) => error.constraint ?? error.message,
    )
  expect(await refused('UPDATE contract_versions SET revenue_num = 60')).toBe('contract_version_was_paid_by')
  expect(await refused('UPDATE contract_shares SET share_num = share_num')).toBe('contract_version_was_paid_by')
  expect(await refused('DELETE FROM contract_shares')).toBe('contract_version_was_paid_by')
  expect(await refused(`UPDATE contract_versions SET valid = '[2026-01-01,2026-12-01)'`)).toBe('taken')
  expect(await refused('UPDATE royalty_lines SET amount_micros = 1')).toContain('is only ever added to')
  expect(await refused('TRUNCATE royalty_lines')).toContain('is only ever added to')
  expect(await refused(`UPDATE royalty_runs SET result_hash = repeat('f', 64) WHERE status = 'finished'`)).toBe(
    'royalty_run_is_open',
  )
  const odd = { pools: [pool(DE, 101n, 53n)], lines: [], adjustments: [] }
  expect(
    codeOf(await enterResult(finance, runIdOf({ ...input(MONTHS.november), inputHash: 'e'.repeat(64) }), odd)),
  ).toBe('malformed')
})
