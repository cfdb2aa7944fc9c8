/** Owns the test of the worker `recommend`: what is heard is in lists soon, whatever happens to the process. */

import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest'
import { insertTracks, withdrawTracks } from '../../infra/catalog/testing/made-tracks.ts'
import { adminKafkaConfig } from '../../infra/kafka/config.ts'
import { createPlaybackLog, type PlaybackLog } from '../../infra/kafka/producer.ts'
import { createPool, type Pool } from '../../infra/postgres/client.ts'
import { postgresConfig } from '../../infra/postgres/config.ts'
import { createRedis, type Redis } from '../../infra/redis/client.ts'
import { redisConfig } from '../../infra/redis/config.ts'
import { createNeighbourStore, type NeighbourStore } from '../../infra/redis/neighbour-store.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { createLogger } from '../../infra/runtime/log.ts'
import { encodeRecord } from '../../protocol/events/record-codec.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import { ended, newAccount } from '../testing/records.ts'
import { until } from '../testing/until.ts'
import { startWorkers, type WorkerProcess } from '../testing/worker-process.ts'

const env = {
  ...inject('stackEnv'),
  SEGUE_RECOMMEND_PUBLISH_MS: '100',
  SEGUE_RECOMMEND_CHECKPOINT_MS: '400',
  SEGUE_RECOMMEND_CATALOG_MS: '300',
}
const log = createLogger('test', 'warn')
let pool: Pool
let redis: Redis
let store: NeighbourStore
let playbackLog: PlaybackLog
let workers: WorkerProcess[] = []

beforeAll(() => {
  pool = createPool(readEnv(env, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' })
  redis = createRedis(readEnv(env, redisConfig), log)
  store = createNeighbourStore(redis)
  playbackLog = createPlaybackLog(readEnv(env, adminKafkaConfig), 'test', log)
})
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.kill('SIGTERM')))
  workers = []
})
afterAll(async () => {
  redis.disconnect()
  await playbackLog.stop()
  await withdrawTracks(pool)
  await pool.end()
})

async function start(): Promise<WorkerProcess> {
  const worker = await startWorkers(env, ['recommend'])
  workers.push(worker)
  await worker.untilReady()
  return worker
}

/** An evening of these tracks, one after the other; negative: left soon. */
async function hear(tracks: readonly string[], skips: readonly string[] = []): Promise<void> {
  const account = newAccount()
  const session_id = uuidv7(Date.now())
  for (const track_id of tracks) {
    const fields = skips.includes(track_id) ? { ms_played: 4_000, reason_end: 'next' as const } : {}
    const record = ended(account, { session_id, track_id, ...fields })
    await playbackLog.append(account, encodeRecord(record))
  }
}
const listOf = async (trackId: string) => (await store.neighbours(await store.edition(), [trackId]))[0]
const idsOf = async (trackId: string) => (await listOf(trackId))?.trackIds ?? []

it('lists what is heard with what within moments, without what was skipped, and what was withdrawn no more', async () => {
  const tracks = await insertTracks(pool, 4)
  const [a, b, c, d] = tracks.map(({ trackId }) => trackId) as [string, string, string, string]
  await start()
  await hear([a, b, c])
  await hear([a, b, d], [d])
  await until(
    () => idsOf(a),
    (ids) => ids[0] === b && ids.includes(c),
  )
  expect(await idsOf(a)).toEqual([b, c])
  await until(
    async () => (await store.learned()).popular.get('DE') ?? [],
    (ids) => ids.includes(b),
  )
  // Released a moment ago: the first who hears it makes it known.
  const [fresh] = await insertTracks(pool, 1)
  await hear([a, fresh?.trackId ?? ''])
  await until(
    () => idsOf(a),
    (ids) => ids.includes(fresh?.trackId ?? ''),
  )
  await pool.query(`UPDATE tracks SET status = 'withdrawn' WHERE track_id = $1`, [b])
  await until(
    () => idsOf(a),
    (ids) => !ids.includes(b),
  )
  await until(
    () => idsOf(b),
    (ids) => ids.length === 0,
  )
  await until(
    async () => (await store.learned()).popular.get('DE') ?? [],
    (ids) => !ids.includes(b),
  )
})

it('goes on after its death with the same lists, in the same edition, and one process learns at a time', async () => {
  const [a, b, c] = (await insertTracks(pool, 3)).map(({ trackId }) => trackId) as [string, string, string]
  const first = await start()
  await hear([a, b])
  await until(
    () => idsOf(a),
    (ids) => ids.includes(b),
  )
  const edition = await store.edition()
  // It stands by, and is ready so.
  const second = await start()
  await hear([a, c])
  await until(
    () => idsOf(a),
    (ids) => ids.length === 2,
  )
  await first.kill('SIGKILL')
  await hear([a, c, b])
  // By hand: of three, and three that are doubt, two heard b and two c.
  await until(
    async () => (await listOf(a))?.beside.join(),
    (beside) => beside === '85,85',
  )
  await second.untilReady()
  expect(await store.edition()).toBe(edition)
  expect((await listOf(a))?.trackIds.length).toBe(2)
})

it('writes all of it again when Redis has lost it', async () => {
  const [a, b] = (await insertTracks(pool, 2)).map(({ trackId }) => trackId) as [string, string]
  await start()
  await hear([a, b])
  await until(
    () => idsOf(a),
    (ids) => ids.includes(b),
  )
  const keys = await redis.keys('segue:recommend:*')
  await redis.del(...keys)
  await until(
    () => idsOf(a),
    (ids) => ids.includes(b),
  )
})

it('learns from playlists that others may see', async () => {
  const [a, b] = (await insertTracks(pool, 2)).map(({ trackId }) => trackId) as [string, string]
  const [user, playlist, hidden] = [uuidv7(Date.now()), uuidv7(Date.now()), uuidv7(Date.now())]
  await pool.query(`INSERT INTO users (user_id, account_id, country) VALUES ($1, $2, 'DE')`, [user, newAccount()])
  await pool.query(
    `INSERT INTO playlists (playlist_id, owner_id, title, is_collaborative) VALUES ($1, $3, 'Tide', true), ($2, $3, 'Mine', false)`,
    [playlist, hidden, user],
  )
  await pool.query(
    `INSERT INTO playlist_tracks (playlist_id, entry_id, track_id, position) VALUES
       ($1, $3, $5, 'A'), ($1, $4, $6, 'B'), ($2, $3, $6, 'A'), ($2, $4, $5, 'B')`,
    [playlist, hidden, uuidv7(1), uuidv7(2), a, b],
  )
  await start()
  await until(
    () => listOf(a),
    (list) => list?.trackIds[0] === b && (list.after[0] ?? 0) > 0,
  )
  // The other way round is in nobody's shared list.
  expect((await listOf(b))?.after[0]).toBe(0)
})
