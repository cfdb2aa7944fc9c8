/** Owns the tests of reading rows by COPY, on a real server. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createPool, inTransaction, type Pool } from './client.ts'
import { copyOut } from './copy-out.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_copy_out')
  pool = createPool(database.url, { applicationName: 'segue-copy-out', maxConnections: 1, queryTimeoutMs: 60_000 })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const ROWS = `
  SELECT n::int AS number, 'text ' || n || repeat('é', n % 40), CASE n % 3 WHEN 0 THEN NULL ELSE n::int END, n % 2 = 0,
         timestamptz '1999-12-31T23:59:59.9996Z' + n * interval '1 ms', date '2026-10-01' + n::int
    FROM generate_series(1, $1) AS n WHERE $2 <> '' ORDER BY number`

test('rows come as they are, however the bytes are cut', async () => {
  const found: unknown[][] = []
  await inTransaction(pool, async (client) => {
    for await (const row of copyOut(client, ROWS, ['30000', "it's"]))
      while (row.next())
        found.push([
          row.int32(0),
          row.text(1),
          row.isNull(2) ? undefined : row.int32(2),
          row.isTrue(3),
          row.ms(4),
          row.dayMs(5),
        ])
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
  const before2000 = Date.parse('1999-12-31T23:59:59.999Z')
  expect(found).toEqual(
    Array.from({ length: 30_000 }, (_, index) => {
      const n = index + 1
      return [
        n,
        `text ${n}${'é'.repeat(n % 40)}`,
        n % 3 === 0 ? undefined : n,
        n % 2 === 0,
        before2000 + n,
        Date.UTC(2026, 9, 1) + n * 86_400_000,
      ]
    }),
  )
})

test('no rows are none', async () => {
  const rows: number[] = []
  await inTransaction(pool, async (client) => {
    for await (const row of copyOut(client, ROWS, ['0', 'x'])) while (row.next()) rows.push(row.int32(0))
  })
  expect(rows).toEqual([])
})

test('what the server refuses is thrown, and the pool goes on', async () => {
  const copying = inTransaction(pool, async (client) => {
    for await (const row of copyOut(client, 'SELECT 1 / (n - 500)::int FROM generate_series(1, 1000) AS n', []))
      row.next()
  })
  await expect(copying).rejects.toThrow('division by zero')
  expect((await pool.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }])
})

test('who stops in the middle gets his error at once, and the pool goes on', async () => {
  const copying = inTransaction(pool, async (client) => {
    for await (const row of copyOut(client, ROWS, ['3000000', 'x'])) if (row.next()) throw new Error('enough')
  })
  await expect(copying).rejects.toThrow('enough')
  expect((await pool.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }])
})
