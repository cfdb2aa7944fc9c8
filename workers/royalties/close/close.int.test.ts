/** Owns the tests of the close on real servers: what it refuses, what it posts and writes, and that it may be killed anywhere. */

import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { addStreams, CONTRACTS, HOLDERS, monthsAgo, worldStreams } from '../testing/close-world.ts'
import { createWorld, endWorld, left, MONTH, NEXT, type World } from '../testing/closing-world.ts'
import { dsrProblems } from '../testing/dsr-validator.ts'
import { royalties } from '../testing/royalties-process.ts'
import { monthSpan } from './month-span.ts'

const stack = inject('stackEnv')

let undisturbed: World
beforeAll(async () => {
  undisturbed = await createWorld(stack, 'segue_close_a')
})
afterAll(async () => await endWorld(undisturbed))

describe('a month that is not right is refused by name, and nothing is posted', () => {
  const refused: [name: string, sql: string, back: string, values?: unknown[]][] = [
    ['no-contract', `UPDATE contract_tracks SET valid = valid WHERE false`, 'SELECT 1'],
    [
      'shares-not-one',
      `UPDATE contract_shares SET share_num = 1 WHERE role = 'label'`,
      `UPDATE contract_shares SET share_num = 2 WHERE role = 'label'`,
    ],
    [
      'overlapping-contracts',
      `INSERT INTO contract_tracks SELECT '${CONTRACTS.own}', 1, track_id, 'recording', valid, territory_set FROM contract_tracks WHERE contract_id = '${CONTRACTS.label}' LIMIT 1`,
      `DELETE FROM contract_tracks t USING tracks k WHERE k.track_id = t.track_id AND t.contract_id = '${CONTRACTS.own}' AND k.isrc <> 'QMSEG2600004'`,
    ],
    [
      'missing-rate',
      `DELETE FROM fx_rates WHERE quote = 'KWD'`,
      `INSERT INTO fx_rates SELECT month, 'EUR', 'KWD', 357, 1000, 'made up', month FROM accounting_months ON CONFLICT DO NOTHING`,
    ],
    [
      'future-stream',
      `UPDATE royalty_streams SET noted_at = started_at - interval '1 hour' WHERE stream_id = (SELECT min(stream_id::text)::uuid FROM royalty_streams)`,
      `UPDATE royalty_streams SET noted_at = ended_at`,
    ],
    [
      'huge-amount',
      `UPDATE payments SET gross_micros = 50000000000000 WHERE provider_reference = 'pay-1-0'`,
      `UPDATE payments SET gross_micros = 10990000 WHERE provider_reference = 'pay-1-0'`,
    ],
    [
      'negative-amount',
      `INSERT INTO refunds VALUES ('019a0000-0000-7000-8000-400000000009', (SELECT payment_id FROM payments WHERE provider_reference = 'pay-1-0'), 20000000, 0, 'fraud', '${monthSpan(MONTH).firstDay}T13:00:00Z')`,
      `DELETE FROM refunds WHERE gross_micros = 20000000`,
    ],
    [
      'two-currencies',
      `UPDATE payments SET currency = 'USD' WHERE provider_reference = 'pay-1-0'`,
      `UPDATE payments SET currency = 'EUR' WHERE provider_reference = 'pay-1-0'`,
    ],
    [
      'no-terms',
      `UPDATE royalty_terms SET valid = '[2020-01-01,2020-02-01)' WHERE rights = 'composition'`,
      `UPDATE royalty_terms SET valid = '[2020-01-01,)' WHERE rights = 'composition'`,
    ],
  ]
  refused[0] = [
    'no-contract',
    `DELETE FROM contract_tracks t USING tracks k WHERE k.track_id = t.track_id AND k.isrc = 'QMSEG2600004' AND t.rights = 'recording'`,
    `INSERT INTO contract_tracks SELECT v.contract_id, 1, k.track_id, 'recording', v.valid, v.territory_set FROM contract_versions v CROSS JOIN tracks k WHERE v.contract_id = '${CONTRACTS.own}' AND k.isrc = 'QMSEG2600004'`,
  ]

  /** As nobody who may only do right could. */
  async function wrongly(sql: string): Promise<void> {
    await undisturbed.admin.query(`SET session_replication_role = replica`)
    await undisturbed.admin.query('ALTER TABLE contract_tracks DROP CONSTRAINT IF EXISTS contract_tracks_paid_once')
    await undisturbed.admin.query(sql)
    await undisturbed.admin.query('RESET session_replication_role')
  }

  test.each(refused)('%s', async (name, sql, back) => {
    await wrongly(sql)
    const { code, answer, stderr } = await royalties(undisturbed.env, ['close', MONTH])
    await wrongly(back)
    expect(answer, stderr).toMatchObject({
      status: 'refused',
      findings: expect.arrayContaining([expect.objectContaining({ name })]),
    })
    expect(stderr).toContain(`segue: ${name}: `)
    expect(code).toBe(1)
    const { runs, transfers, closes } = await left(undisturbed)
    expect([...runs, ...transfers, ...closes]).toEqual([])
  })

  test('month-not-over, and a month that is none', async () => {
    const now = await royalties(undisturbed.env, ['close', monthsAgo(0)])
    expect(now.answer).toMatchObject({ findings: [{ name: 'month-not-over' }] })
    expect(now.code).toBe(1)
    expect((await royalties(undisturbed.env, ['close', '2026-13'])).code).toBe(1)
  })

  test('books-behind: Kafka has records of the month that the books have not', async () => {
    // The month after is over for who reads the clock of the test's own future: here the records of today are what is missing.
    const { refuseUnready } = await import('./refusals.ts')
    const offsets = async () => [{ partition: 3, first: 4n, offset: 17n }]
    await expect(refuseUnready(undisturbed.admin, MONTH, new Date(), offsets)).rejects.toThrow(
      `books-behind: of partition 3 the books have read up to 0, and ${MONTH} goes up to 17`,
    )
  })
})

describe('a month that is right', () => {
  test('is closed: what is paid adds up to the pools, and the ledger to zero', async () => {
    const { code, answer, stderr } = await royalties(undisturbed.env, ['close', MONTH])
    expect(code, stderr).toBe(0)
    expect(answer).toMatchObject({ status: 'closed', month: MONTH, late_streams: 0 })
    const { admin } = undisturbed
    const { rows: sums } = await admin.query(
      'SELECT currency, sum(amount_micros)::text AS sum FROM ledger_postings GROUP BY 1',
    )
    expect(sums.every(({ sum }) => sum === '0')).toBe(true)
    const { rows: streams } = await admin.query(
      `SELECT (SELECT count(*) FROM royalty_streams WHERE counted)::int AS counted, (SELECT sum(streams) FROM royalty_pools WHERE rights = 'recording')::int AS recordings`,
    )
    expect(streams[0]?.recordings).toBe(streams[0]?.counted)
    expect(answer.streams).toBe(streams[0]?.counted)
    const { rows: held } = await admin.query(
      `SELECT count(*)::int AS payouts FROM ledger_transfers WHERE kind = 'payout' AND status = 'pending'`,
    )
    // The author gave no tax reference.
    expect(held[0]?.payouts).toBe(3)
    const { rows: recouped } = await admin.query(`SELECT 1 FROM ledger_transfers WHERE kind = 'recoupment'`)
    expect(recouped).toHaveLength(1)
    const { rows: reports } = await admin.query<{ key: string }>(
      `SELECT object_key AS key FROM royalty_files WHERE kind = 'dsr'`,
    )
    expect(reports.length).toBeGreaterThan(3)
    for (const { key } of reports) {
      const [plain, packed] = [await undisturbed.reports.get(key), await undisturbed.reports.get(`${key}.gz`)]
      if (plain === undefined || packed === undefined) throw new Error(`${key} is not there`)
      const text = (await buffer(plain)).toString()
      expect(dsrProblems(key.split('/').at(-1) ?? '', text)).toEqual([])
      expect(gunzipSync(await buffer(packed)).toString()).toBe(text)
    }
    const { rows: minimum } = await admin.query(
      `SELECT DISTINCT contract_id FROM royalty_lines WHERE kind = 'minimum' AND amount_micros > 0`,
    )
    expect(minimum).toEqual([{ contract_id: CONTRACTS.own }])
  })

  test('is closed once: again there is nothing to do, and nothing changes', async () => {
    const before = await left(undisturbed)
    const { code, answer, stderr } = await royalties(undisturbed.env, ['close', MONTH])
    expect(stderr).toContain('there is nothing to do')
    expect(answer).toMatchObject({ status: 'nothing to do' })
    expect(code).toBe(0)
    expect(await left(undisturbed)).toEqual(before)
  })

  test('is not closed by other inputs', async () => {
    const { admin, env } = undisturbed
    await admin.query(`UPDATE fx_rates SET rate_num = 17051 WHERE quote = 'JPY' AND month = $1`, [
      monthSpan(MONTH).firstDay,
    ])
    const { code, answer } = await royalties(env, ['close', MONTH])
    await admin.query(`UPDATE fx_rates SET rate_num = 17050 WHERE quote = 'JPY' AND month = $1`, [
      monthSpan(MONTH).firstDay,
    ])
    expect(answer).toMatchObject({
      findings: [
        {
          name: 'closed-by-other-inputs',
          what: expect.stringContaining(
            'another rate (EUR to JPY is 17051/100 from made up and was 17050/100 from made up)',
          ),
        },
      ],
    })
    expect(code).toBe(1)
  })

  test('keeps the rates that it was closed with when another is added to it', async () => {
    const { admin, env } = undisturbed
    const before = await left(undisturbed)
    const { firstDay } = monthSpan(MONTH)
    await admin.query(`INSERT INTO fx_rates VALUES ($1, 'CHF', 'EUR', 104, 100, 'made up', $1)`, [firstDay])
    const { code, answer, stderr } = await royalties(env, ['close', MONTH])
    const checked = await royalties(env, ['close', MONTH, '--check'])
    await admin.query(`DELETE FROM fx_rates WHERE month = $1 AND base = 'CHF'`, [firstDay])
    expect(answer, stderr).toMatchObject({ status: 'nothing to do', rates_added: ['CHF to EUR'] })
    expect(stderr).toContain('the rate of CHF to EUR was entered since; the month keeps those')
    expect([code, checked.code]).toEqual([0, 0])
    expect(checked.answer).toEqual(answer)
    expect(await left(undisturbed)).toEqual(before)
  })
})

describe('a close that is killed', () => {
  const STEPS = [
    /nothing is in the way/,
    /the input is read/,
    /the input is in the store/,
    /the input is frozen/,
    /the month is closing/,
    /run pro-rata is started/,
    /has its lines/,
    /run pro-rata is posted/,
    /advances are booked/,
    /earnings are exchanged/,
    /advances are recouped/,
    /payouts are entered/,
    /statements\/.*pdf is written/,
    /dsr\/.*gz is written/,
    /the runs are finished/,
  ]

  test('at each of its steps ends as one that was not, elsewhere and to the byte', { timeout: 600_000 }, async () => {
    const world = await createWorld(stack, 'segue_close_b')
    try {
      for (const step of STEPS) {
        const { code, stderr } = await royalties(world.env, ['close', MONTH], step)
        expect(code, `${step}: ${stderr}`).toBe(null)
      }
      const { code, stderr } = await royalties(world.env, ['close', MONTH])
      expect(code, stderr).toBe(0)
      expect(await left(world)).toEqual(await left(undisturbed))
    } finally {
      await endWorld(world)
    }
  })
})

describe('the next month', () => {
  test('has the late streams of the one before as adjustments, and what was carried', {
    timeout: 300_000,
  }, async () => {
    const { admin, env } = undisturbed
    await addStreams(admin, worldStreams(NEXT, 120, 1_000))
    await addStreams(admin, worldStreams(MONTH, 7, 2_000), new Date())
    const { code, answer, stderr } = await royalties(env, ['close', NEXT])
    expect(code, stderr).toBe(0)
    const { rows } = await admin.query('SELECT belonged_to::text, entered_in::text, reason FROM royalty_adjustments')
    const late = worldStreams(MONTH, 7, 2_000).filter(({ flags }) => flags.length === 0).length
    expect(answer.late_streams).toBe(late)
    expect(rows).toEqual(
      Array.from({ length: late }, () => ({
        belonged_to: monthSpan(MONTH).firstDay,
        entered_in: monthSpan(NEXT).firstDay,
        reason: 'late',
      })),
    )
    const { rows: owed } = await admin.query(
      `SELECT credit_micros - debit_micros AS micros FROM ledger_balances WHERE kind = 'payable' AND holder_id = $1 AND currency = 'KWD'`,
      [HOLDERS.author],
    )
    expect(Number(owed[0]?.micros)).toBeGreaterThan(0)
  })
})
