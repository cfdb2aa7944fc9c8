/** Owns the worker `reaper`: a stream whose gateway is gone is ended from its last snapshot when its lease runs out (D4). */

import { createPlaybackLog } from '../../infra/kafka/producer.ts'
import { createRedis } from '../../infra/redis/client.ts'
import { createSessionStore } from '../../infra/redis/session-store.ts'
import type { CreateWorker } from '../worker.ts'
import { createReaping, patienceOf } from './reaping.ts'

const NAME = 'reaper'
const CLIENT_ID = 'segue-reaper'

export const createReaper: CreateWorker<'reaper'> = ({ config, metrics, log }) => {
  const redis = createRedis(config.redis, log)
  const { leaseMs, intervalMs } = config
  const playbackLog = createPlaybackLog(config.kafka, CLIENT_ID, log)
  const reaping = createReaping({
    store: createSessionStore(redis, {
      gatewayId: CLIENT_ID,
      waitMs: 0,
      patience: patienceOf(leaseMs, intervalMs),
    }),
    playbackLog,
    intervalMs,
    worker: NAME,
    metrics,
    log,
  })

  return {
    name: NAME,
    async start() {
      reaping.start()
    },
    ready: () => reaping.ready(),
    drain: () => reaping.stop(),
    async stop() {
      await reaping.stop()
      await playbackLog.stop()
      redis.disconnect()
    },
  }
}
