/** Owns the worker `reaper`: a stream whose gateway is gone is ended from its last snapshot when its lease runs out (D4). */

import { createPlaybackLog } from '../../infra/kafka/producer.ts'
import { createRedis } from '../../infra/redis/client.ts'
import { type ClaimedStream, createSessionStore } from '../../infra/redis/session-store.ts'
import type { CreateWorker } from '../worker.ts'

const NAME = 'reaper'
const CLIENT_ID = 'segue-reaper'
/** Of each shard in one pass; the next one follows at once while there are more. */
const AT_ONCE = 200

export const createReaper: CreateWorker = ({ config, metrics, log }) => {
  const redis = createRedis(config.redis, log)
  const store = createSessionStore(redis, { gatewayId: CLIENT_ID, waitMs: 0 })
  const playbackLog = createPlaybackLog(config.kafka, CLIENT_ID, log)
  let failing = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let pass: Promise<void> = Promise.resolve()

  /** First the record, then the forgetting: dying between the two ends the stream twice, and the longest end counts. */
  async function end(claimed: ClaimedStream): Promise<void> {
    await playbackLog.append(claimed.accountId, claimed.record)
    await store.settleClaim(claimed)
    metrics.reapedSessions.inc({ result: 'closed' })
  }

  async function endExpired(): Promise<void> {
    try {
      for (let more = true; more && !stopped; ) {
        const claimed = await store.claim(AT_ONCE)
        const ends = await Promise.allSettled(claimed.map(end))
        const failed = ends.find((result) => result.status === 'rejected')
        if (failed !== undefined) throw failed.reason
        more = claimed.length >= AT_ONCE
      }
      failing = false
    } catch (error) {
      failing = true
      metrics.retries.inc({ worker: NAME })
      log.warn({ err: error }, 'streams cannot be ended now, trying again')
    }
    if (!stopped) schedule()
  }

  function schedule(): void {
    timer = setTimeout(() => {
      pass = endExpired()
    }, config.reaperIntervalMs)
  }

  return {
    name: NAME,
    async start() {
      schedule()
    },
    ready: () => !failing,
    async drain() {
      stopped = true
      clearTimeout(timer)
      await pass
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await pass
      await playbackLog.stop()
      redis.disconnect()
    },
  }
}
