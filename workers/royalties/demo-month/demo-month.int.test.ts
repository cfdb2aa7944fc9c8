/** Owns the test of a month on its whole way: through Kafka and the workers into both stores, closed, and counted four times. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createClickHouse } from '../../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../../infra/clickhouse/config.ts'
import { migrateClickHouse } from '../../../infra/clickhouse/migrate.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import { startWorkers, type WorkerProcess } from '../../testing/worker-process.ts'
import { createWorld, endWorld, NEXT, type World } from '../testing/closing-world.ts'
import { royalties } from '../testing/royalties-process.ts'

const stack = inject('stackEnv')
const DATABASE = 'segue_demo_month_test'
const STREAMS = 60
let world: World
let env: Record<string, string>
let workers: WorkerProcess

beforeAll(async () => {
  world = await createWorld(stack, 'segue_demo_month')
  await world.admin.query('TRUNCATE royalty_streams')
  await world.admin.query(`UPDATE tracks SET isrc = replace(isrc, 'QMSEG', 'XXDEM')`)
  const url = new URL(stack.SEGUE_CLICKHOUSE_URL ?? '')
  url.pathname = `/${DATABASE}`
  env = { ...(world.env as Record<string, string>), SEGUE_CLICKHOUSE_URL: url.href }
  await migrateClickHouse(readEnv(env, clickhouseConfig))
  workers = await startWorkers(env, ['royalties', 'ingest'])
  await workers.untilReady()
})
afterAll(async () => {
  await workers?.kill('SIGTERM')
  const clickhouse = createClickHouse(readEnv(env, clickhouseConfig))
  await clickhouse.command({ query: `DROP DATABASE IF EXISTS ${DATABASE} SYNC` })
  await clickhouse.close()
  await endWorld(world)
})

test('people of the demo listen, the month is closed, and four counts agree', { timeout: 300_000 }, async () => {
  const made = await royalties(env, ['demo-month', NEXT, '--streams', String(STREAMS)])
  expect(made.code, `${made.stderr}\n${workers.output()}`).toBe(0)
  expect(made.answer).toMatchObject({ month: NEXT, streams: STREAMS })
  const again = await royalties(env, ['demo-month', NEXT, '--streams', String(STREAMS)])
  expect(again.answer).toMatchObject({ streams: STREAMS })
  const closed = await royalties(env, ['close', NEXT])
  expect(closed.code, closed.stderr).toBe(0)
  expect(closed.answer).toMatchObject({ status: 'closed', streams: STREAMS })
  await expect
    .poll(async () => (await royalties(env, ['cross-check', NEXT])).answer.findings, {
      timeout: 60_000,
      interval: 1_000,
    })
    .toEqual([])
})
