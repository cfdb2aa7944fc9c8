/** Owns the command line of `segue royalties close-bench`. */

import { Command, Option } from 'commander'
import { wholeNumber } from '../../../infra/cli/whole-number.ts'
import { openReports, reportsConfig } from '../../../infra/minio/reports.ts'
import { createPool } from '../../../infra/postgres/client.ts'
import { postgresConfig } from '../../../infra/postgres/config.ts'
import { migratePostgres } from '../../../infra/postgres/migrate.ts'
import { createTestDatabase } from '../../../infra/postgres/test-database.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import { withScratchServers } from '../../../infra/stack/scratch-servers.ts'
import { closeMonth } from '../close/close-month.ts'
import { IDLE_IN_TRANSACTION_MS, say } from '../close/with-stores.ts'
import { MODEL_NAMES } from '../reckoning/models/models.ts'
import { makeWorld, monthsAgo } from '../testing/close-world.ts'
import { type BookSize, makeBooks } from './made-books.ts'

const STATEMENT_WITHIN_MS = 1_800_000

export function closeBenchCommand(): Command {
  const size = wholeNumber(1, 100_000_000)
  return new Command('close-bench')
    .description('measure the close of a month from its books, on servers of its own')
    .option('--streams <n>', 'that count', size, 200_000)
    .option('--listeners <n>', 'who pay', size, 10_000)
    .option('--tracks <n>', 'under one contract a side', size, 10_000)
    .addOption(new Option('--model <name>', 'of both sides').choices(MODEL_NAMES).default('pro-rata'))
    .action(async (books: BookSize) => {
      await withScratchServers('servers', {}, async (env) => {
        console.log(JSON.stringify(await measure(env, books)))
      })
    })
}

async function measure(env: NodeJS.ProcessEnv, books: BookSize) {
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
    const { input_hash, files } = outcome
    const peakMb = Math.round(process.resourceUsage().maxRSS / 1_024)
    return { ...books, seconds: seconds(), peak_mb: peakMb, lines, files, input_hash, seconds_until: steps }
  } finally {
    await pool.end()
    await admin.end()
  }
}
