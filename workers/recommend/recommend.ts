/** Owns the worker `recommend`: what is heard with what, learned as it is heard, into Redis for the gateways. One process learns at a time. */

import { setTimeout as pause } from 'node:timers/promises'
import { readPlayableIds, readSharedPlaylists } from '../../infra/catalog/known-tracks.ts'
import { createPool, type PoolClient } from '../../infra/postgres/client.ts'
import { createRedis } from '../../infra/redis/client.ts'
import { createNeighbourStore } from '../../infra/redis/neighbour-store.ts'
import { asTheOnly } from '../as-the-only.ts'
import type { CreateWorker } from '../worker.ts'
import { Learner, NAME } from './live/learner.ts'
import { learnPlaylists } from './live/playlists.ts'

const CLIENT_ID = 'segue-recommend'
/** How soon another process takes over from one that died. */
const LOOK_AGAIN_MS = 2_000
const POPULAR_EVERY_MS = 5_000
/** Those that changed last. */
const MOST_PLAYLISTS = 20_000

export const createRecommend: CreateWorker<'recommend'> = (context) => {
  const { config, log } = context
  const { publishMs, checkpointMs, catalogMs } = config
  const pool = createPool(config.postgres.url, { applicationName: CLIENT_ID, log })
  const redis = createRedis(config.redis, log)
  const store = createNeighbourStore(redis)
  const leaving = new AbortController()
  let learner: Learner | undefined
  let standsBy = false
  let leading: Promise<void> = Promise.resolve()

  /** One at a time; a failure is told, and is tried again with the next. */
  const every = async (ms: number, why: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> => {
    while (!signal.aborted) {
      try {
        await work()
      } catch (error) {
        log.warn({ err: error }, why)
      }
      await pause(ms, undefined, { signal }).catch(() => undefined)
    }
  }

  async function readCatalog(of: Learner): Promise<void> {
    const [there, playlists] = await Promise.all([readPlayableIds(pool), readSharedPlaylists(pool, MOST_PLAYLISTS)])
    of.publisher?.setCatalog(there)
    learnPlaylists(of.memory, playlists)
  }

  /** As long as PostgreSQL's lock is ours: its connection is asked, as it may break and say nothing. */
  async function learn(client: PoolClient): Promise<void> {
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, leaving.signal])
    const mine = new Learner({ ...context, store })
    let loops: Promise<void>[] = []
    try {
      await mine.start()
      learner = mine
      standsBy = false
      loops = [
        every(catalogMs, 'the catalog could not be read', signal, () => readCatalog(mine)),
        every(publishMs, 'lists could not be written', signal, () => mine.publish()),
        every(POPULAR_EVERY_MS, 'lists of what is popular could not be written', signal, async () =>
          mine.publisher?.publishPopular(),
        ),
        every(checkpointMs, 'the state could not be saved', signal, () => mine.save()),
      ]
      while (!signal.aborted) {
        await client.query('SELECT 1')
        await pause(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined)
      }
    } finally {
      learner = undefined
      over.abort()
      await Promise.all(loops)
      await mine.stop().catch((error: unknown) => log.warn({ err: error }, 'what was learned last is read again'))
    }
  }

  async function lead(): Promise<void> {
    while (!leaving.signal.aborted) {
      try {
        standsBy = !(await asTheOnly(pool, NAME, learn))
      } catch (error) {
        if (!leaving.signal.aborted) log.warn({ err: error }, 'learning stops, and is tried again')
      }
      await pause(LOOK_AGAIN_MS, undefined, { signal: leaving.signal }).catch(() => undefined)
    }
  }

  const stop = async () => {
    leaving.abort()
    await leading
  }
  return {
    name: NAME,
    async start() {
      leading = lead()
    },
    ready: () => learner?.ready() ?? standsBy,
    drain: stop,
    async stop() {
      await stop()
      redis.disconnect()
      await pool.end()
    },
  }
}
