/** Owns the test that MODEL.md is what the migrations make. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createPool, type Pool } from '../client.ts'
import { migratePostgres } from '../migrate.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { drawModel } from './draw-model.ts'
import { storedModel } from './model-command.ts'
import { readModel } from './read-model.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_model_test')
  await migratePostgres(database.url)
  pool = createPool(database.url, { applicationName: 'model-test' })
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

test('MODEL.md is current: if not, npm run segue -- model writes it', async () => {
  expect(await storedModel()).toBe(drawModel(await readModel(pool)))
})

test('a table that no domain has is refused by name', async () => {
  await pool.query('CREATE TABLE stray (n int)')
  const tables = await readModel(pool)
  expect(() => drawModel(tables)).toThrow('no domain in infra/postgres/model/domains.ts has stray')
  await pool.query('DROP TABLE stray')
})
