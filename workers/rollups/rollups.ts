/** Owns the worker `rollups`: pass after pass over ClickHouse's rollups, by one process at a time. */

import { createClickHouse } from '../../infra/clickhouse/client.ts'
import { rollUp, storeClockMs } from '../../infra/clickhouse/rollups/roll-up.ts'
import { createPool } from '../../infra/postgres/client.ts'
import { asTheOnly } from '../as-the-only.ts'
import type { CreateWorker } from '../worker.ts'

const NAME = 'rollups'
const CLIENT_ID = 'segue-rollups'
/** Between passes at least so many times what a pass took: rollups get a tenth of a core under any load. */
const REST_FACTOR = 9

export const createRollups: CreateWorker<'rollups'> = ({ config, metrics, log }) => {
  const { intervalMs, closeAfterMs } = config
  const clickhouse = createClickHouse(config.clickhouse, { application: CLIENT_ID })
  const pool = createPool(config.postgres.url, { applicationName: CLIENT_ID, maxConnections: 1, log })
  let failing = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let passUnderWay: Promise<void> = Promise.resolve()

  async function pass(): Promise<void> {
    const startedMs = performance.now()
    try {
      await asTheOnly(pool, NAME, async () => {
        const nowMs = await storeClockMs(clickhouse)
        const rolledUp = await rollUp(clickhouse, { nowMs, closeAfterMs })
        metrics.rollupMinutes.inc(rolledUp.builtMinutes)
        metrics.rollupHoursClosed.inc(rolledUp.closedHours.length)
      })
      failing = false
    } catch (error) {
      failing = true
      metrics.retries.inc({ worker: NAME })
      log.warn({ err: error }, 'rollups cannot be built now, trying again')
    }
    const tookMs = performance.now() - startedMs
    metrics.rollupPass.observe(tookMs / 1000)
    if (!stopped) schedule(Math.max(intervalMs, REST_FACTOR * tookMs))
  }

  function schedule(afterMs: number): void {
    timer = setTimeout(() => {
      passUnderWay = pass()
    }, afterMs)
  }

  return {
    name: NAME,
    async start() {
      schedule(0)
    },
    ready: () => !failing,
    async drain() {
      stopped = true
      clearTimeout(timer)
      await passUnderWay
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await passUnderWay
      await clickhouse.close()
      await pool.end()
    },
  }
}
