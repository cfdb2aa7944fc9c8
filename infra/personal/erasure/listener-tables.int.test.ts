/** Owns the test that no table with rows of listeners is left out of the tables of tables. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createClickHouse } from '../../clickhouse/client.ts'
import { clickhouseConfig } from '../../clickhouse/config.ts'
import { LISTENER_EVENTS } from '../../clickhouse/listener-events.ts'
import { createPool, type Pool } from '../../postgres/client.ts'
import { migratePostgres } from '../../postgres/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts'
import { ADA, BEN, insertTwoListeners } from '../../postgres/testing/two-listeners.ts'
import { readEnv } from '../../runtime/env.ts'
import { eraseRows } from './erase-rows.ts'
import { asked, BY_ACCOUNT, LEAVE_TO_MEMBERS, LISTENER_TABLES } from './listener-tables.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_listener_tables_test')
  await migratePostgres(database.url)
  pool = createPool(database.url, { applicationName: 'listener-tables-test' })
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

test('every table that can name a listener is in the table of tables, and says why where it is kept or not told', async () => {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT DISTINCT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND (a.attname IN ('user_id', 'payer_id', 'owner_id', 'listener_id', 'account', 'account_id', 'added_by', 'followed_id', 'device_id')
             OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f'
                           AND k.confrelid IN ('users'::regclass, 'subscriptions'::regclass, 'payments'::regclass)))
      ORDER BY 1`,
  )
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(LISTENER_TABLES).sort())
  for (const [table, { erase, exports, kept }] of Object.entries(LISTENER_TABLES)) {
    expect([table, kept !== undefined]).toEqual([
      table,
      erase.length === 0 || exports === undefined || kept !== undefined,
    ])
  }
})

test('every table of ClickHouse with accounts is erased and exported', async () => {
  const clickhouse = createClickHouse(readEnv(inject('stackEnv'), clickhouseConfig))
  try {
    const query = `SELECT DISTINCT c.table AS name FROM system.columns c JOIN system.tables t ON t.database = c.database AND t.name = c.table
      WHERE c.database = currentDatabase() AND c.name IN ('account_id', 'device_id', 'listener_id', 'user_id') AND t.engine NOT LIKE '%View' ORDER BY 1`
    const found = await (await clickhouse.query({ query, format: 'JSONEachRow' })).json<{ name: string }>()
    expect(found.map(({ name }) => name)).toEqual(Object.keys(LISTENER_EVENTS).sort())
  } finally {
    await clickhouse.close()
  }
})

test('rows that are under the account itself are known', () => {
  expect(BY_ACCOUNT.map(({ table }) => table)).toEqual([
    ...['sharing_case_history', 'sharing_cases', 'sharing_states', 'sharing_nudges', 'royalty_streams', 'users'],
  ])
})

test("of his playlists those that are others' as well stay, without his words and in private, until one of them owns it; the rest is deleted", async () => {
  await insertTwoListeners(pool)
  const who = { userId: ADA.userId, accountId: ADA.account, pseudonym: 'erased-ada' }
  const lists = {
    'of both': { isShared: true, isCollaborative: true, isDeleted: false },
    'of both, deleted before': { isShared: true, isCollaborative: true, isDeleted: true },
    'seen by another': { isShared: true, isCollaborative: false, isDeleted: false },
    'of his alone': { isShared: false, isCollaborative: true, isDeleted: false },
  }
  const ids = new Map<string, string>()
  for (const [title, { isShared, isCollaborative, isDeleted }] of Object.entries(lists)) {
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO playlists (playlist_id, owner_id, title, visibility, is_collaborative, deleted_at)
       VALUES (gen_random_uuid(), $1, $2, 'public', $3, CASE WHEN $4 THEN now() END) RETURNING playlist_id AS id`,
      [ADA.userId, title, isCollaborative, isDeleted],
    )
    ids.set(rows[0]?.id ?? '', title)
    if (isShared) await pool.query('INSERT INTO playlist_members VALUES ($1, $2)', [rows[0]?.id, BEN.userId])
  }
  const found = async () => {
    const { rows } = await pool.query<{ id: string; is: string }>(
      `SELECT playlist_id AS id, concat_ws(' ', title, visibility, CASE WHEN deleted_at IS NOT NULL THEN 'deleted' END,
                                           CASE owner_id WHEN $1 THEN 'his' ELSE 'another''s' END) AS is
         FROM playlists WHERE playlist_id = ANY ($2::uuid[])`,
      [ADA.userId, [...ids.keys()]],
    )
    return Object.fromEntries(rows.map(({ id, is }) => [ids.get(id), is]))
  }
  const gone = '(erased) private deleted his'
  const erased = { 'of both, deleted before': gone, 'seen by another': gone, 'of his alone': gone }
  await eraseRows(pool, who)
  expect(await found()).toEqual({ ...erased, 'of both': '(erased) private his' })
  expect(await eraseRows(pool, who)).toEqual(new Map())
  await pool.query(...asked(LEAVE_TO_MEMBERS, who))
  expect(await found()).toEqual({ ...erased, 'of both': "(erased) private another's" })
})

test('a playlist that its members leave one after the other goes with a later pass', async () => {
  const who = { userId: BEN.userId, accountId: BEN.account, pseudonym: 'erased-ben' }
  await pool.query(
    `INSERT INTO playlists (playlist_id, owner_id, title, is_collaborative) VALUES ('019a0000-0000-7000-8000-000000000099', $1, 'of both', true)`,
    [BEN.userId],
  )
  await pool.query(`INSERT INTO playlist_members VALUES ('019a0000-0000-7000-8000-000000000099', $1)`, [ADA.userId])
  await eraseRows(pool, who)
  await pool.query('DELETE FROM playlist_members WHERE user_id = $1', [ADA.userId])
  expect([...(await eraseRows(pool, who)).keys()]).toEqual(['playlists'])
  const { rows } = await pool.query('SELECT FROM playlists WHERE owner_id = $1 AND deleted_at IS NULL', [BEN.userId])
  expect(rows).toEqual([])
})
