/** Owns the making of Redis clients: they reconnect for ever, and a command that cannot be sent fails soon. */

import { Redis } from 'ioredis'
import type { Logger } from '../runtime/log.ts'
import { AnswerBound } from './answer-bound.ts'
import type { RedisConfig } from './config.ts'

export type { Redis } from 'ioredis'

const TURN_MS = 250
const ANSWER_WITHIN_MS = 2_000
/** A host that vanished says nothing: its connection is given up, and made anew, after this long without an answer. */
const SILENCE_MS = 6_000
const MAX_RECONNECT_PAUSE_MS = 2_000

/** In place of the library's timeouts, which take an answer for late that this process has not read. */
class BoundedRedis extends Redis {
  readonly #bound = new AnswerBound({
    turnMs: TURN_MS,
    answerTurns: ANSWER_WITHIN_MS / TURN_MS,
    silenceTurns: SILENCE_MS / TURN_MS,
    onSilence: () => {
      if (this.status === 'ready') this.disconnect(true)
    },
  })

  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    this.#bound.add(args[0])
    return super.sendCommand(...args)
  }
}

export function createRedis(config: RedisConfig, log: Logger): Redis {
  const redis = new BoundedRedis(config.url.reveal(), {
    // A second attempt bridges a restart; more would keep callers waiting for what is stale by then.
    maxRetriesPerRequest: 1,
    // Nor is what was under way when the connection broke sent again: its caller was told that it failed.
    autoResendUnfulfilledCommands: false,
    connectTimeout: SILENCE_MS,
    enableAutoPipelining: true,
    retryStrategy: (attempt) => Math.min(attempt * 100, MAX_RECONNECT_PAUSE_MS),
  })
  // Without a listener every failed reconnection would be printed; callers see their own command fail.
  redis.on('error', (error: unknown) => log.debug({ err: error }, 'Redis connection failed'))
  return redis
}
