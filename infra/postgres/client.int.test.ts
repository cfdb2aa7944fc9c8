import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createPool, inTransaction, type Pool } from './client.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv').SEGUE_POSTGRES_URL ?? '', 'segue_client_test')
  pool = createPool(database.url, { applicationName: 'client-test', maxConnections: 2 })
  await pool.query('CREATE TABLE notes (note text)')
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const notes = async () => (await pool.query<{ note: string }>('SELECT note FROM notes')).rows.map(({ note }) => note)

test('a transaction is whole or absent', async () => {
  await inTransaction(pool, (client) => client.query(`INSERT INTO notes VALUES ('kept')`))
  const failing = inTransaction(pool, async (client) => {
    await client.query(`INSERT INTO notes VALUES ('lost')`)
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await notes()).toEqual(['kept'])
})

test('a connection that the server ends is replaced, whether idle or in a transaction', async () => {
  const endAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE application_name = 'client-test' AND pid <> pg_backend_pid()`
  const admin = createPool(database.url, { applicationName: 'client-test-admin' })
  const cut = inTransaction(pool, async (client) => {
    await admin.query(endAll)
    await client.query('SELECT 1')
  })
  await expect(cut).rejects.toThrow()
  await pool.query('SELECT 1')
  await admin.query(endAll)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await notes()).toEqual(['kept'])
  await admin.end()
})
