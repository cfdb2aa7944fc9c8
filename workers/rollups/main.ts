/** Owns the command `segue rollups`: one pass over ClickHouse's rollups, as the worker makes them. */

import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import { createClickHouse } from '../../infra/clickhouse/client.ts'
import { rollUp, storeClockMs } from '../../infra/clickhouse/rollups/roll-up.ts'
import { createPool } from '../../infra/postgres/client.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { asTheOnly } from '../as-the-only.ts'
import { WORKER_CONFIGS } from '../config.ts'

const CLIENT_ID = 'segue-rollups'
/** A pass of the worker takes moments, but for the first after a long absence. */
const LOOK_AGAIN_MS = 1_000
const LOOKS = 60

async function rollups(): Promise<void> {
  const config = readEnv(process.env, WORKER_CONFIGS.rollups)
  const clickhouse = createClickHouse(config.clickhouse, { application: CLIENT_ID })
  const pool = createPool(config.postgres.url, { applicationName: CLIENT_ID, maxConnections: 1 })
  const pass = async () => {
    const nowMs = await storeClockMs(clickhouse)
    const { builtMinutes, closedHours } = await rollUp(clickhouse, { nowMs, closeAfterMs: config.closeAfterMs })
    console.log(`${builtMinutes} minutes built, ${closedHours.length} hours closed`)
  }
  try {
    for (let look = 1; !(await asTheOnly(pool, 'rollups', pass)); look += 1) {
      if (look === LOOKS) {
        fail('another process has been at the rollups for a minute: run this again when it has ended')
        return
      }
      await pause(LOOK_AGAIN_MS)
    }
  } catch (error) {
    const why = error instanceof Error ? error.message || String(error) : String(error)
    fail(`the rollups could not be built: ${why}; when PostgreSQL and ClickHouse answer again, run this again`)
  } finally {
    await clickhouse.close()
    await pool.end()
  }
}

function fail(line: string): void {
  console.error(`segue: ${line}`)
  process.exitCode = 1
}

await new Command('segue rollups')
  .description('bring minutes, hours and days of listening up to date, and close the hours whose time has come')
  .showHelpAfterError()
  .action(rollups)
  .parseAsync()
