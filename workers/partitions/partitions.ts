/** Owns the worker `partitions`: months of PostgreSQL's large tables made ahead and retired, daily, by one process at a time. */

import { setTimeout as pause } from 'node:timers/promises'
import { createPool, type PoolClient } from '../../infra/postgres/client.ts'
import { STATEMENT_WITHIN_MS } from '../../infra/postgres/partitions/partitioned-tables.ts'
import { monthsAhead, planPartitions, takeStep } from '../../infra/postgres/partitions/tend-partitions.ts'
import { asTheOnly } from '../as-the-only.ts'
import { untilDone } from '../retry.ts'
import type { CreateWorker } from '../worker.ts'

const NAME = 'partitions'
const CLIENT_ID = 'segue-partitions'
/** When another process is at it, a look at what became of it. */
const LOOK_AGAIN_MS = 5_000
/** A table that somebody holds, or a server that is away, is tried again for as long as it takes. */
const RETRY = { firstPauseMs: 1_000, maxPauseMs: 300_000 }
/** With fewer, rows of the month that comes next would be refused. */
const LEAST_AHEAD_MONTHS = 1

export const createPartitions: CreateWorker<'partitions'> = ({ config, metrics, log }) => {
  const { intervalMs } = config
  const pool = createPool(config.postgres.url, {
    applicationName: CLIENT_ID,
    maxConnections: 1,
    queryTimeoutMs: STATEMENT_WITHIN_MS,
    log,
  })
  const stopping = new AbortController()
  let leastAhead: number | undefined
  let running: Promise<void> = Promise.resolve()

  /** One step that fails holds up no other: a month that cannot be retired is no reason to make none. */
  async function takeSteps(client: PoolClient): Promise<void> {
    const failures: unknown[] = []
    for (const step of await planPartitions(client)) {
      if (stopping.signal.aborted) return
      const { kind, table, month } = step
      try {
        await takeStep(client, step)
        metrics.partitionsTended.inc({ result: kind === 'make' ? 'made' : 'retired' })
        log.info({ kind, table, month }, 'a month was tended')
      } catch (cause) {
        failures.push(new Error(`could not ${kind} ${month} of ${table}`, { cause }))
      }
    }
    if (failures.length === 1) throw failures[0]
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} months could not be tended`)
  }

  async function lookAhead(): Promise<void> {
    const ahead = await monthsAhead(pool)
    for (const [table, months] of ahead) metrics.partitionsAhead.set({ table }, months)
    leastAhead = Math.min(...ahead.values())
  }

  /** False when another process is at it. What is ahead is told whatever became of the steps. */
  async function tend(): Promise<boolean> {
    try {
      return await asTheOnly(pool, NAME, takeSteps)
    } finally {
      await lookAhead()
    }
  }

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const mine = await untilDone(tend, {
        ...RETRY,
        signal,
        onFailure(error, pauseMs) {
          metrics.retries.inc({ worker: NAME })
          log.warn({ err: error, pauseMs, leastAhead }, 'months cannot be tended now, trying again')
        },
      })
      await pause(mine ? intervalMs * (0.9 + Math.random() / 5) : LOOK_AGAIN_MS, undefined, { signal })
    }
  }

  async function stop(): Promise<void> {
    stopping.abort()
    await running
  }

  return {
    name: NAME,
    async start() {
      running = run(stopping.signal).catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error
      })
    },
    ready: () => leastAhead === undefined || leastAhead >= LEAST_AHEAD_MONTHS,
    drain: stop,
    async stop() {
      await stop()
      await pool.end()
    },
  }
}
