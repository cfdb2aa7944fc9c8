/** Owns the test of a month on its whole way: through Kafka and the workers into both stores, closed, and counted four times. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { demoTracks } from '../../../infra/demo/demo-tracks.ts'
import { seedWorld } from '../../../infra/demo/world/seed-world.ts'
import { makeOwnBuckets } from '../../../infra/minio/testing/own-buckets.ts'
import { createPool, type Pool } from '../../../infra/postgres/client.ts'
import { migratePostgres } from '../../../infra/postgres/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../../../infra/postgres/test-database.ts'
import { derivedId } from '../../../infra/runtime/derived-id.ts'
import { until } from '../../testing/until.ts'
import { startWorkers, type WorkerProcess } from '../../testing/worker-process.ts'
import { monthsAgo } from '../testing/close-world.ts'
import { createOwnClickHouse, type OwnClickHouse } from '../testing/own-clickhouse.ts'
import { royalties } from '../testing/royalties-process.ts'

const stack = inject('stackEnv')
const STREAMS = 200
const MONTH = monthsAgo(1)
let database: TestDatabase
let admin: Pool
let telemetry: OwnClickHouse<Record<string, string>>
let env: Record<string, string>
let workers: WorkerProcess

beforeAll(async () => {
  database = await createTestDatabase(stack, 'segue_demo_month')
  await migratePostgres(database.url)
  admin = createPool(database.url, { applicationName: 'demo-month-test', maxConnections: 1 })
  await enterTracks()
  await seedWorld({ ...stack, ...database.env })
  const buckets = await makeOwnBuckets(stack, 'demo-month')
  telemetry = await createOwnClickHouse({ ...stack, ...database.env, ...buckets }, 'segue_demo_month_test')
  env = telemetry.env
  workers = await startWorkers(env, ['royalties', 'ingest'])
  await workers.untilReady()
})
afterAll(async () => {
  await workers?.kill('SIGTERM')
  await telemetry?.end()
  await admin?.end()
  await database?.drop()
})

/** The demo's catalog, without its music. */
async function enterTracks(): Promise<void> {
  for (const [n, { album, piece, isrc }] of demoTracks('full').entries()) {
    const id = (kind: string, name: string) => derivedId(kind, name)
    await admin.query('INSERT INTO artists VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      id('artist', album.artist),
      album.artist,
    ])
    await admin.query('INSERT INTO albums VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [
      id('album', album.title),
      id('artist', album.artist),
      album.title,
      album.releasedOn,
    ])
    await admin.query(
      `INSERT INTO tracks (track_id, album_id, artist_id, title, isrc, duration_ms, loudness_lufs, true_peak_dbtp, gain_db, source_hash, status)
       VALUES ($1, $2, $3, $4, $5, 130000, -14, -1, 0, $6, 'available')`,
      [
        id('track', isrc),
        id('album', album.title),
        id('artist', album.artist),
        piece.title,
        isrc,
        n.toString(16).padStart(64, '0'),
      ],
    )
  }
}

test('people of the demo listen, the month is closed, and four counts agree', async () => {
  const made = await royalties(env, ['demo-month', MONTH, '--streams', String(STREAMS)])
  expect(made.code, `${made.stderr}\n${workers.output()}`).toBe(0)
  expect(made.answer).toMatchObject({ month: MONTH, streams: STREAMS })
  const again = await royalties(env, ['demo-month', MONTH, '--streams', String(STREAMS)])
  expect(again.answer).toMatchObject({ streams: STREAMS })
  // Where the month after MONTH ends during the run, the books first read what others left in the topic.
  const closed = await until(
    () => royalties(env, ['close', MONTH]),
    ({ answer }) => !JSON.stringify(answer).includes('books-behind'),
  )
  expect(closed.code, closed.stderr).toBe(0)
  expect(closed.answer).toMatchObject({ status: 'closed', streams: STREAMS })
  await expect
    .poll(async () => (await royalties(env, ['cross-check', MONTH])).answer.findings, {
      timeout: 60_000,
      interval: 1_000,
    })
    .toEqual([])
})
