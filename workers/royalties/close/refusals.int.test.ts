/** Owns the tests of what a close refuses on real servers: each by its name, and nothing is posted. */

import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createPool } from '../../../infra/postgres/client.ts'
import { exportMonth } from '../export/export-month.ts'
import { CONTRACTS, monthsAgo } from '../testing/close-world.ts'
import { createWorld, endWorld, left, MONTH, NEXT, type World } from '../testing/closing-world.ts'
import { royalties } from '../testing/royalties-process.ts'
import { statusOf } from './close-book.ts'
import { closeMonth } from './close-month.ts'
import { monthSpan } from './month-span.ts'

let world: World
beforeAll(async () => {
  world = await createWorld(inject('stackEnv'), 'segue_close_refused')
})
afterAll(async () => await endWorld(world))

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
    await world.admin.query(`SET session_replication_role = replica`)
    await world.admin.query('ALTER TABLE contract_tracks DROP CONSTRAINT IF EXISTS contract_tracks_paid_once')
    await world.admin.query(sql)
    await world.admin.query('RESET session_replication_role')
  }

  test.each(refused)('%s', async (name, sql, back) => {
    await wrongly(sql)
    const { code, answer, stderr } = await royalties(world.env, ['close', MONTH])
    await wrongly(back)
    expect(answer, stderr).toMatchObject({
      status: 'refused',
      findings: expect.arrayContaining([expect.objectContaining({ name })]),
    })
    expect(stderr).toContain(`segue: ${name}: `)
    expect(code).toBe(1)
    const { runs, transfers, closes } = await left(world)
    expect([...runs, ...transfers, ...closes]).toEqual([])
  })

  test('month-not-over, and a month that is none', async () => {
    const now = await royalties(world.env, ['close', monthsAgo(0)])
    expect(now.answer).toMatchObject({ findings: [{ name: 'month-not-over' }] })
    expect(now.code).toBe(1)
    expect((await royalties(world.env, ['close', '2026-13'])).code).toBe(1)
  })

  test('earlier-month-open: the month before has streams, and nobody closed it', async () => {
    const { code, answer } = await royalties(world.env, ['close', NEXT])
    expect(answer).toMatchObject({
      status: 'refused',
      findings: [{ name: 'earlier-month-open', what: expect.stringMatching(`^${MONTH} has \\d+ streams that count$`) }],
    })
    expect(code).toBe(1)
  })

  test('earlier-month-open: also where no row says that the month is there', async () => {
    const { firstDay } = monthSpan(MONTH)
    await wrongly(`DELETE FROM accounting_months WHERE month = '${firstDay}'`)
    const { code, answer, stderr } = await royalties(world.env, ['close', NEXT])
    await wrongly(`INSERT INTO accounting_months (month) VALUES ('${firstDay}')`)
    expect(answer, stderr).toMatchObject({ status: 'refused', findings: [{ name: 'earlier-month-open' }] })
    expect(code).toBe(1)
  })

  test.each(['frozen', 'closed'])(
    'later-month-closed: the month after is %s, and advances of this one would be booked twice',
    async (status) => {
      const { firstDay } = monthSpan(NEXT)
      await wrongly(
        status === 'closed'
          ? `UPDATE accounting_months SET status = 'closed', closed_at = now() WHERE month = '${firstDay}'`
          : `INSERT INTO royalty_closes (month, close_id, input_hash, part_hashes, object_key, streams_until)
               VALUES ('${firstDay}', gen_random_uuid(), repeat('0', 64), '{}', 'inputs', now())`,
      )
      const { code, answer, stderr } = await royalties(world.env, ['close', MONTH])
      await wrongly(`UPDATE accounting_months SET status = 'open', closed_at = NULL WHERE month = '${firstDay}'`)
      // Of tables that are only ever added to.
      await world.admin.query('ALTER TABLE royalty_closes DISABLE TRIGGER royalty_closes_are_kept')
      await world.admin.query('DELETE FROM royalty_closes')
      await world.admin.query('ALTER TABLE royalty_closes ENABLE ALWAYS TRIGGER royalty_closes_are_kept')
      expect(answer, stderr).toMatchObject({
        status: 'refused',
        findings: [{ name: 'later-month-closed', what: `${NEXT} was closed first` }],
      })
      expect(stderr).toContain('enter it as closed by hand')
      expect(code).toBe(1)
      const { runs, transfers, closes } = await left(world)
      expect([...runs, ...transfers, ...closes]).toEqual([])
    },
  )

  test('a month that was closed by hand is in the way of no other', async () => {
    const { firstDay } = monthSpan(MONTH)
    await wrongly(`UPDATE accounting_months SET status = 'closed', closed_at = now() WHERE month = '${firstDay}'`)
    const { code, answer, stderr } = await royalties(world.env, ['close', NEXT, '--check'])
    await wrongly(`UPDATE accounting_months SET status = 'open', closed_at = NULL WHERE month = '${firstDay}'`)
    expect(answer, stderr).toMatchObject({ status: 'ready' })
    expect(code).toBe(0)
  })

  test('being-closed: another closes a month, until his connection ends', async () => {
    // A connection that nobody uses is ended after a while, and the lock with it.
    const other = await world.admin.connect()
    await other.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', ['royalty close'])
    const { code, answer } = await royalties(world.env, ['close', MONTH])
    other.release(true)
    expect(answer).toMatchObject({
      findings: [{ name: 'being-closed', what: `${MONTH} waits: a month is being closed by another` }],
    })
    expect(code).toBe(1)
  })

  test('transaction-open: somebody may yet enter what is dated within the month', async () => {
    const other = createPool(world.database.url, {
      applicationName: 'a long night',
      maxConnections: 1,
      idleInTransactionMs: 300_000,
    })
    const own = createPool(world.database.url, { applicationName: 'the close', maxConnections: 2 })
    const { firstDay } = monthSpan(MONTH)
    const thisMonth = monthsAgo(0)
    // By a clock that is ahead the month is over: whatever is under way began within it.
    const after = new Date(monthSpan(thisMonth).endMs + 60_000)
    const client = await other.connect()
    await wrongly(`UPDATE accounting_months SET status = 'closed', closed_at = now() WHERE month = '${firstDay}'`)
    try {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await client.query('BEGIN')
      await client.query('SELECT 1')
      const stores = { pool: own, reports: world.reports, offsetsAt: async () => [] }
      const refusal = await closeMonth(stores, thisMonth, after, () => undefined).catch((error: unknown) => error)
      expect(String(refusal)).toMatch(
        new RegExp(
          `transaction-open: ${thisMonth} goes up to .* the connection ${rows[0]?.pid} of \\w+ \\(a long night\\) has one`,
        ),
      )
      // It is open again: what is entered by hand goes into it.
      expect(await statusOf(own, monthSpan(thisMonth).firstDay)).toBe('open')
    } finally {
      client.release(true)
      await Promise.all([other.end(), own.end()])
      await wrongly(`UPDATE accounting_months SET status = 'open', closed_at = NULL WHERE month = '${firstDay}'`)
      await wrongly(`DELETE FROM accounting_months WHERE month = '${monthSpan(thisMonth).firstDay}'`)
    }
  })

  test('a month that was killed before it was frozen is in the way of no earlier one, and begins anew', async () => {
    const { firstDay } = monthSpan(NEXT)
    await wrongly(`UPDATE accounting_months SET status = 'closing' WHERE month = '${firstDay}'`)
    const earlier = await royalties(world.env, ['close', MONTH, '--check'])
    expect(earlier.answer, earlier.stderr).toMatchObject({ status: 'ready' })
    const refused = await royalties(world.env, ['close', NEXT])
    expect(refused.answer, refused.stderr).toMatchObject({ findings: [{ name: 'earlier-month-open' }] })
    expect(await statusOf(world.admin, firstDay)).toBe('open')
  })

  test('not-closed: nothing is exported of a month that is open', async () => {
    const stores = { pool: world.admin, reports: world.reports, offsetsAt: async () => [] }
    await expect(exportMonth(stores, MONTH, () => undefined)).rejects.toThrow(`not-closed: ${MONTH} was not closed`)
  })

  test('books-behind: Kafka has records of the month that the books have not', async () => {
    // The month after is over for who reads the clock of the test's own future: here the records of today are what is missing.
    const { refuseUnready } = await import('./refusals.ts')
    const offsets = async () => [{ partition: 77, first: 4n, offset: 17n }]
    await expect(refuseUnready(world.admin, MONTH, new Date(), offsets)).rejects.toThrow(
      `books-behind: of partition 77 the books of royalties have read up to 0, and ${MONTH} goes up to 17`,
    )
  })
})
