/** Owns the test that no table with rows of listeners is left out of the tables of tables. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createClickHouse } from '../../clickhouse/client.ts'
import { clickhouseConfig } from '../../clickhouse/config.ts'
import { LISTENER_EVENTS } from '../../clickhouse/listener-events.ts'
import { createPool, type Pool } from '../../postgres/client.ts'
import { migratePostgres } from '../../postgres/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts'
import { readEnv } from '../../runtime/env.ts'
import { LISTENER_TABLES } from './listener-tables.ts'

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
