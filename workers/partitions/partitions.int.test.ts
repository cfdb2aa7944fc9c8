/** Owns the test of months made by themselves: by one process of several, and told in a figure. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createPool, type Pool } from '../../infra/postgres/client.ts'
import { migratePostgres } from '../../infra/postgres/migrate.ts'
import { PARTITIONED_TABLES } from '../../infra/postgres/partitions/partitioned-tables.ts'
import { monthsAhead } from '../../infra/postgres/partitions/tend-partitions.ts'
import { createTestDatabase, type TestDatabase } from '../../infra/postgres/test-database.ts'
import { until } from '../testing/until.ts'
import { startWorkers, type WorkerProcess } from '../testing/worker-process.ts'

const TABLES = Object.keys(PARTITIONED_TABLES)
const WITHIN_MS = 120_000

let database: TestDatabase
let admin: Pool
let workers: readonly WorkerProcess[] = []

/** Two of them, as when a deployment has two processes of workers. */
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_partitions_worker_test')
  await migratePostgres(database.url)
  admin = createPool(database.url, { applicationName: 'partitions-worker-test' })
  for (const table of TABLES) await dropNext(table)
  const env = { ...inject('stackEnv'), ...database.env, SEGUE_PARTITIONS_INTERVAL_MS: '200' }
  workers = await Promise.all([1, 2].map(() => startWorkers(env, ['partitions'])))
})
afterAll(async () => {
  await Promise.all(workers.map((each) => each.kill('SIGTERM')))
  await admin?.end()
  await database?.drop()
})

async function dropNext(table: string): Promise<void> {
  const { rows } = await admin.query<{ next: string }>(
    `SELECT to_char(now() AT TIME ZONE 'UTC' + interval '1 month', 'YYYY_MM') AS next`,
  )
  await admin.query(`DROP TABLE ${table}_${rows[0]?.next}`)
}

const figures = async (name: string): Promise<string[][]> =>
  Promise.all(
    workers.map(async ({ http }) => {
      const text = await (await fetch(`${http}/metrics`)).text()
      return text.split('\n').filter((line) => line.startsWith(name))
    }),
  )

const leastAhead = async () => Math.min(...(await monthsAhead(admin)).values())
const readiness = async () => Promise.all(workers.map(async ({ http }) => (await fetch(`${http}/readyz`)).status))
const told = TABLES.map((table) => `segue_partitions_ahead_months{table="${table}"} 3`).sort()
const everyoneTells = (seen: string[][]) => seen.every((lines) => lines.sort().join() === told.join())

test('two processes at once give every table its next month back, once, and both tell it', async () => {
  await Promise.all(workers.map((each) => each.untilReady()))
  await until(() => figures('segue_partitions_ahead_months'), everyoneTells, WITHIN_MS)
  expect(await leastAhead()).toBe(3)
  const made = (await figures('segue_partitions_months_total{result="made"}')).flat()
  expect(made.map((line) => Number(line.split(' ')[1])).reduce((sum, each) => sum + each, 0)).toBe(TABLES.length)
  expect(workers.map((each) => each.output()).join()).not.toContain('cannot be tended')
})

test('a month that cannot be made is tried again; without it they are not ready, and say how many are ahead', async () => {
  await admin.query('REVOKE EXECUTE ON FUNCTION make_month_partition FROM segue_maintenance')
  await dropNext('audit_log')
  await until(readiness, (seen) => seen.every((status) => status === 503), WITHIN_MS)
  expect(await figures('segue_partitions_ahead_months{table="audit_log"}')).toEqual(
    workers.map(() => ['segue_partitions_ahead_months{table="audit_log"} 0']),
  )
  expect((await figures('segue_worker_retries_total{worker="partitions"}')).flat()).not.toEqual([])
  await admin.query('GRANT EXECUTE ON FUNCTION make_month_partition TO segue_maintenance')
  await until(readiness, (seen) => seen.every((status) => status === 200), WITHIN_MS)
  expect(await leastAhead()).toBe(3)
})
