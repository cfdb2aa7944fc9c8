/** Owns the test of months on the real server: made, refused outside of them, retired, by a role that reads no row. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { uuidv7 } from '../../../protocol/ids.ts'
import { segueDone } from '../../cli/testing/segue-process.ts'
import { readEnv } from '../../runtime/env.ts'
import { createPool, type Pool } from '../client.ts'
import { postgresConfig } from '../config.ts'
import { migratePostgres } from '../migrate.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { PARTITIONED_TABLES } from './partitioned-tables.ts'
import { planPartitions, takeStep } from './tend-partitions.ts'

let database: TestDatabase
let admin: Pool
let maintenance: Pool
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_partitions_test')
  await migratePostgres(database.url)
  admin = createPool(database.url, { applicationName: 'partitions-test', idleInTransactionMs: 120_000 })
  const { url } = readEnv(database.env, (read) => postgresConfig(read, 'maintenance'))
  maintenance = createPool(url, { applicationName: 'partitions-test', maxConnections: 1 })
})
afterAll(async () => {
  await maintenance?.end()
  await admin?.end()
  await database?.drop()
})

const segue = (...words: string[]) => segueDone({ ...inject('stackEnv'), ...database.env }, ...words)

const enter = (startedAt: Date, id = uuidv7(startedAt.getTime())) =>
  admin.query(
    `INSERT INTO royalty_streams (stream_id, listener_id, track_id, isrc, artist_id, started_at, ended_at, ms_played, territory, tier,
                                  session_id, device_id, reason_end)
     VALUES ($1, 'acct', $1, 'ZZSEG2600001', $1, $2, $2, 40000, 'DE', 'free', $1, 'd', 'completed') RETURNING tableoid::regclass::text AS month`,
    [id, startedAt],
  )

const monthsOf = async (table: string): Promise<string[]> =>
  (
    await admin.query<{ month: string }>(
      'SELECT right(inhrelid::regclass::text, 7) AS month FROM pg_inherits WHERE inhparent = $1::regclass ORDER BY 1',
      [table],
    )
  ).rows.map(({ month }) => month)

const monthsFrom = (date: Date, months: number) =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1))
const named = (date: Date) => date.toISOString().slice(0, 7).replace('-', '_')

test('after a migration every table that is cut takes rows of this month, the one before and three ahead', async () => {
  const expected = [-1, 0, 1, 2, 3].map((months) => named(monthsFrom(new Date(), months)))
  for (const table of Object.keys(PARTITIONED_TABLES)) expect(await monthsOf(table)).toEqual(expected)
  expect(await planPartitions(maintenance)).toEqual([])
})

test('a stream lies in the month it began in, to the millisecond', async () => {
  const begins = monthsFrom(new Date(), 1)
  const last = new Date(begins.getTime() - 1)
  expect((await enter(last)).rows).toEqual([{ month: `royalty_streams_${named(last)}` }])
  expect((await enter(begins)).rows).toEqual([{ month: `royalty_streams_${named(begins)}` }])
})

test('a row outside of all months is refused, by the names of the table and of what it was', async () => {
  const early = uuidv7(Date.UTC(2019, 4, 1))
  await expect(enter(new Date(), early)).rejects.toMatchObject({
    code: '23514',
    message: 'no partition of relation "royalty_streams" found for row',
    detail: `Partition key of the failing row contains (stream_id) = (${early}).`,
  })
})

test('the command makes what is missing, drops what is too old, and says each', async () => {
  const old = monthsFrom(new Date(), -40)
  const month = old.toISOString().slice(0, 7)
  await takeStep(maintenance, { kind: 'make', table: 'royalty_streams', month })
  await takeStep(maintenance, { kind: 'make', table: 'playlist_edits', month })
  await enter(old)

  const dry = await segue('partitions', '--ahead', '4', '--dry-run')
  expect(dry).toMatchObject({ code: 0, said: expect.stringContaining(`would retire playlist_edits ${month}`) })
  expect(await monthsOf('playlist_edits')).toContain(named(old))

  const done = await segue('partitions', '--ahead', '4')
  expect(done).toMatchObject({
    code: 0,
    said: expect.stringMatching(new RegExp(`(\\d+)/\\1 retired playlist_edits ${month}`)),
  })
  expect(await monthsOf('playlist_edits')).not.toContain(named(old))
  // Books are kept for longer, and any table as long as it is said, but never for less.
  expect(await monthsOf('royalty_streams')).toContain(named(old))
  expect(await segue('partitions', '--keep', 'royalty_streams=39')).toMatchObject({
    code: 1,
    said: expect.stringContaining('a whole number from 120 to 1200 is wanted'),
  })
  const older = monthsFrom(new Date(), -121)
  await takeStep(maintenance, { kind: 'make', table: 'royalty_streams', month: older.toISOString().slice(0, 7) })
  expect(await segue('partitions', '--ahead', '4', '--keep', 'royalty_streams=121')).toMatchObject({ code: 0 })
  expect(await monthsOf('royalty_streams')).toContain(named(older))
  expect(await segue('partitions', '--ahead', '4')).toMatchObject({ code: 0 })
  expect(await monthsOf('royalty_streams')).not.toContain(named(older))
  expect(await monthsOf('royalty_streams')).toContain(named(old))

  const nonsense = await segue('partitions', '--keep', 'tracks=3')
  expect(nonsense).toMatchObject({ code: 1, said: expect.stringContaining('one of royalty_streams, audit_log') })
})

test('a month that has not ended is not retired by anybody, and the role reads none', async () => {
  const current = new Date().toISOString().slice(0, 7)
  const retired = takeStep(maintenance, { kind: 'retire', table: 'royalty_streams', month: current })
  await expect(retired).rejects.toThrow(`the month ${current} of royalty_streams has not ended`)
  await expect(maintenance.query('SELECT FROM royalty_streams')).rejects.toMatchObject({ code: '42501' })
  await expect(maintenance.query(`SELECT make_month_partition('tracks', '2026-01-01')`)).rejects.toThrow(
    'is no table that is cut by month',
  )
})

test('for how long months are kept is said by the database too, which retires none before, and who retires them cannot change it', async () => {
  const { rows } = await maintenance.query<{ table: string; keepMonths: number }>(
    'SELECT table_name AS table, months AS "keepMonths" FROM least_ages',
  )
  expect(Object.fromEntries(rows.map(({ table, keepMonths }) => [table, { keepMonths }]))).toEqual(PARTITIONED_TABLES)
  for (const [table, { keepMonths }] of Object.entries(PARTITIONED_TABLES)) {
    for (const age of [1, keepMonths]) {
      const month = monthsFrom(new Date(), -age).toISOString().slice(0, 7)
      await takeStep(maintenance, { kind: 'make', table, month })
      const retired = takeStep(maintenance, { kind: 'retire', table, month })
      await expect(retired).rejects.toThrow(`the month ${month} of ${table} is kept for ${keepMonths} months`)
      expect(await monthsOf(table)).toContain(month.replace('-', '_'))
    }
    const month = monthsFrom(new Date(), -keepMonths - 1)
      .toISOString()
      .slice(0, 7)
    await takeStep(maintenance, { kind: 'make', table, month })
    await takeStep(maintenance, { kind: 'retire', table, month })
    expect(await monthsOf(table)).not.toContain(month.replace('-', '_'))
  }
  for (const sql of ['UPDATE least_ages SET months = 1', 'DELETE FROM least_ages', 'TRUNCATE least_ages'])
    await expect(maintenance.query(sql)).rejects.toMatchObject({ code: '42501' })
})

test('a table that is cut and of which nobody says for how long it is kept keeps its months', async () => {
  await admin.query('CREATE TABLE stray (at timestamptz) PARTITION BY RANGE (at)')
  await admin.query('ALTER TABLE stray OWNER TO segue_owner')
  const month = monthsFrom(new Date(), -600).toISOString().slice(0, 7)
  await takeStep(maintenance, { kind: 'make', table: 'stray', month })
  const retired = takeStep(maintenance, { kind: 'retire', table: 'stray', month })
  await expect(retired).rejects.toThrow('least_ages does not say for how long stray is kept')
  await admin.query('DROP TABLE stray')
})

test('a table that somebody holds is not waited for longer than others can wait', async () => {
  const month = monthsFrom(new Date(), -50).toISOString().slice(0, 7)
  await takeStep(maintenance, { kind: 'make', table: 'impressions', month })
  const holder = await admin.connect()
  try {
    await holder.query('BEGIN; SELECT FROM impressions')
    const refused = await segue('partitions', '--ahead', '4')
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('somebody holds the table') })
  } finally {
    await holder.query('ROLLBACK')
    holder.release()
  }
})

test('a table that is cut and not in the table of tables is told by name', async () => {
  await admin.query('CREATE TABLE stray (at timestamptz) PARTITION BY RANGE (at)')
  await expect(planPartitions(admin)).rejects.toThrow(/^stray: a table is cut by month/)
  await admin.query('DROP TABLE stray')
  await admin.query('CREATE TABLE audit_log_rest PARTITION OF audit_log DEFAULT')
  await expect(planPartitions(admin)).rejects.toThrow('parts that are no months, made by hand: audit_log: …og-rest')
  await admin.query('DROP TABLE audit_log_rest')
})
