/** Owns the test of when jobs ran: noted by the command that a scheduler runs, told by every process that has the worker. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { segueDone } from '../../infra/cli/testing/segue-process.ts'
import { JOBS } from '../../infra/jobs/jobs.ts'
import { createPool, type Pool } from '../../infra/postgres/client.ts'
import { migratePostgres } from '../../infra/postgres/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../../infra/postgres/test-database.ts'
import { until } from '../testing/until.ts'
import { startWorkers, type WorkerProcess } from '../testing/worker-process.ts'

let database: TestDatabase
let admin: Pool
let env: Readonly<Record<string, string>>
let worker: WorkerProcess

beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_jobs_test')
  await migratePostgres(database.url)
  admin = createPool(database.url, { applicationName: 'jobs-test' })
  env = { ...inject('stackEnv'), ...database.env }
  worker = await startWorkers({ ...env, SEGUE_JOBS_INTERVAL_MS: '100' }, ['jobs'])
  await worker.untilReady()
})
afterAll(async () => {
  await worker?.kill('SIGTERM')
  await admin?.end()
  await database?.drop()
})

const asJob = (job: string, ...words: string[]) => segueDone({ ...env, SEGUE_JOB: job }, ...words)
/** By task. */
async function told(figure: string): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`${worker.http}/metrics`)).text()
  const lines = [...text.matchAll(new RegExp(`^segue_job_${figure}{task="([^"]+)"} (\\S+)$`, 'gm'))]
  return Object.fromEntries(lines.map(([, task, value]) => [task, Number(value)]))
}
const succeeded = () => told('succeeded_timestamp_seconds')
const failed = () => told('failed_timestamp_seconds')
const sinceS = async () =>
  (await admin.query<{ now: number }>('SELECT extract(epoch FROM now())::float8 AS now')).rows[0]?.now ?? 0

test('where no job was ever run none is expected; after how long each is overdue is told', async () => {
  expect(await told('due_seconds')).toEqual(JOBS)
  expect([await succeeded(), await failed()]).toEqual([{}, {}])
})

test('a command that is a job notes that it succeeded, and is expected from then on', async () => {
  const fromS = await sinceS()
  expect(await asJob('partition_care.partitions', 'partitions')).toMatchObject({ code: 0 })
  const seen = await until(succeeded, (all) => Object.keys(all).length > 0, 30_000)
  expect(Object.keys(seen)).toEqual(['partition_care.partitions'])
  expect(seen['partition_care.partitions']).toBeGreaterThanOrEqual(fromS)
  expect(await failed()).toEqual({})
})

test('one that fails is told as failed since, until it succeeds; what another program does is noted by its exit code', async () => {
  expect(await asJob('royalty_close.check_inputs', 'royalties', 'close', '2999-01', '--check')).toMatchObject({
    code: 1,
  })
  const after = await until(failed, (all) => Object.keys(all).length > 0, 30_000)
  expect(Object.keys(after)).toEqual(['royalty_close.check_inputs'])
  // It is waited for since then.
  expect((await succeeded())['royalty_close.check_inputs']).toBe(after['royalty_close.check_inputs'])

  expect(await asJob('erasures.erase', 'erase')).toMatchObject({ code: 1 })
  await until(failed, (all) => 'erasures.erase' in all, 30_000)
  expect(await asJob('erasures.erase', 'erase', '--go-on')).toMatchObject({ code: 0 })
  const isMended = async () => ((await succeeded())['erasures.erase'] ?? 0) > ((await failed())['erasures.erase'] ?? 0)
  await until(isMended, (mended) => mended, 30_000)
})

test('a command by hand notes nothing, and one of a job that nobody knows does nothing', async () => {
  const before = await succeeded()
  expect(await segueDone(env, 'partitions')).toMatchObject({ code: 0 })
  expect(await asJob('partition_care.partition', 'partitions')).toMatchObject({
    code: 1,
    said: expect.stringContaining('SEGUE_JOB is no job'),
  })
  expect(await until(succeeded, () => true)).toEqual(before)
})

test('one that was taken out of the table is expected no more', async () => {
  await admin.query(`DELETE FROM job_runs WHERE job = 'royalty_close.check_inputs'`)
  await until(succeeded, (all) => !('royalty_close.check_inputs' in all), 30_000)
  expect(Object.keys(await failed())).toEqual(['erasures.erase'])
})

test('what cannot be noted makes no work fail that was done', async () => {
  await admin.query('REVOKE UPDATE ON job_runs FROM segue_maintenance')
  expect(await asJob('partition_care.partitions', 'partitions')).toMatchObject({
    code: 0,
    said: expect.stringContaining('that it ran could not be noted: PostgreSQL says: permission denied'),
  })
})
