/** Owns the worker `jobs`: tells when each scheduled task last succeeded and failed, and after how long it is overdue. */

import { setTimeout as pause } from 'node:timers/promises'
import { readJobRuns } from '../../infra/jobs/job-runs.ts'
import { JOBS } from '../../infra/jobs/jobs.ts'
import { createPool } from '../../infra/postgres/client.ts'
import { untilDone } from '../retry.ts'
import type { CreateWorker } from '../worker.ts'

const NAME = 'jobs'
const CLIENT_ID = 'segue-jobs'

export const createJobs: CreateWorker<'jobs'> = ({ config, metrics, log }) => {
  const { intervalMs } = config
  const pool = createPool(config.postgres.url, { applicationName: CLIENT_ID, maxConnections: 1, log })
  const stopping = new AbortController()
  let isRead = false
  let running: Promise<void> = Promise.resolve()

  async function tell(): Promise<void> {
    const runs = await readJobRuns(pool)
    // One that somebody took out of the table is expected no more.
    metrics.jobSucceeded.reset()
    metrics.jobFailed.reset()
    for (const { job: task, succeededS, failedS } of runs) {
      metrics.jobSucceeded.set({ task }, succeededS)
      if (failedS !== null) metrics.jobFailed.set({ task }, failedS)
    }
    isRead = true
  }

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await untilDone(tell, {
        signal,
        onFailure(error, pauseMs) {
          isRead = false
          metrics.retries.inc({ worker: NAME })
          log.warn({ err: error, pauseMs }, 'when jobs ran cannot be read now, trying again')
        },
      })
      await pause(intervalMs, undefined, { signal })
    }
  }

  async function stop(): Promise<void> {
    stopping.abort()
    await running
  }

  return {
    name: NAME,
    async start() {
      for (const [task, seconds] of Object.entries(JOBS)) metrics.jobDue.set({ task }, seconds)
      running = run(stopping.signal).catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error
      })
    },
    ready: () => isRead,
    drain: stop,
    async stop() {
      await stop()
      await pool.end()
    },
  }
}
