/** Owns the reaper's work: pass after pass, it ends the streams whose lease ran out, each from its last snapshot (D4). */

import type { PlaybackLog } from '../../infra/kafka/playback-log.ts'
import type { ClaimedStream, Patience, SessionStore } from '../../infra/redis/session-store.ts'
import type { Logger } from '../../infra/runtime/log.ts'
import type { WorkerMetrics } from '../metrics.ts'

/** Of each shard in one pass; the next one follows at once while there are more. */
const AT_ONCE = 200

/** A pass may be late by so many intervals before that means something. */
const LATE_PASSES = 3

/**
 * A heartbeat renews at half a lease at the latest: an outage shorter than a quarter lets nothing run out that is renewed
 * right after it. After a longer one everybody gets a whole lease, as if all had just been renewed.
 */
export function patienceOf(leaseMs: number, intervalMs: number): Patience {
  return { gapMs: Math.max(leaseMs / 4, LATE_PASSES * intervalMs), graceMs: leaseMs }
}

export interface ReapingParts {
  readonly store: Pick<SessionStore, 'claim' | 'settleClaim'>
  readonly playbackLog: PlaybackLog
  readonly intervalMs: number
  readonly worker: string
  readonly metrics: Pick<WorkerMetrics, 'reapedSessions' | 'retries'>
  readonly log: Logger
}

export interface Reaping {
  start(): void
  /** The last pass went well. */
  ready(): boolean
  /** Lets the pass under way end, and begins none. */
  stop(): Promise<void>
}

export function createReaping({ store, playbackLog, intervalMs, worker, metrics, log }: ReapingParts): Reaping {
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
      metrics.retries.inc({ worker })
      log.warn({ err: error }, 'streams cannot be ended now, trying again')
    }
    if (!stopped) schedule()
  }

  function schedule(): void {
    timer = setTimeout(() => {
      pass = endExpired()
    }, intervalMs)
  }

  return {
    start: schedule,
    ready: () => !failing,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await pass
    },
  }
}
