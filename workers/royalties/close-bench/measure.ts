/** Owns the measuring of a close: books of a size are made in a database of their own, and the month is closed as it always is. */

import { openReports, reportsConfig } from '../../../infra/minio/reports.ts'
import { createPool } from '../../../infra/postgres/client.ts'
import { postgresConfig } from '../../../infra/postgres/config.ts'
import { migratePostgres } from '../../../infra/postgres/migrate.ts'
import { createTestDatabase } from '../../../infra/postgres/test-database.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import { closeMonth } from '../close/close-month.ts'
import { IDLE_IN_TRANSACTION_MS } from '../close/with-stores.ts'
import { makeWorld, monthsAgo } from '../testing/close-world.ts'
import { type BookSize, makeBooks } from './made-books.ts'

const STATEMENT_WITHIN_MS = 1_800_000

export async function measure(env: NodeJS.ProcessEnv, books: BookSize, say: (line: string) => void) {
  const database = await createTestDatabase(env, 'segue_close_bench')
  await migratePostgres(database.url)
  const { finance, reports } = readEnv({ ...env, ...database.env }, (read) => ({
    finance: postgresConfig(read, 'finance'),
    reports: reportsConfig(read),
  }))
  const options = {
    applicationName: 'segue-close-bench',
    queryTimeoutMs: STATEMENT_WITHIN_MS,
    idleInTransactionMs: IDLE_IN_TRANSACTION_MS,
  }
  const admin = createPool(database.url, { ...options, maxConnections: 1 })
  const pool = createPool(finance.url, options)
  try {
    const month = monthsAgo(1)
    await makeWorld(admin, [month])
    await makeBooks(admin, month, books, say)
    say('the books are made')
    const started = performance.now()
    const seconds = () => Number(((performance.now() - started) / 1_000).toFixed(1))
    const steps: Record<string, number> = {}
    const stores = { pool, reports: await openReports(reports), offsetsAt: async () => [] }
    const outcome = await closeMonth(stores, month, new Date(), (step) => {
      const name = step.replace(/^.*\/(\w+)\/.* is written$/, '$1 are written')
      steps[name] = seconds()
      if (name === step) say(`${seconds()} s: ${step}`)
    })
    const lines = outcome.runs?.reduce((sum, run) => sum + run.lines, 0)
    const { input_hash, files, streams: closed_streams } = outcome
    const peak_mb = Math.round(process.resourceUsage().maxRSS / 1_024)
    return { ...books, seconds: seconds(), peak_mb, closed_streams, lines, files, input_hash, seconds_until: steps }
  } finally {
    await pool.end()
    await admin.end()
    await database.drop()
  }
}
