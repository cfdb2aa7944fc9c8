/** Owns the command line of `segue royalties ledger-bench`. */

import { Command, InvalidArgumentError } from 'commander'
import { createPool } from '../../../infra/postgres/client.ts'
import { postgresConfig } from '../../../infra/postgres/config.ts'
import { migratePostgres } from '../../../infra/postgres/migrate.ts'
import { createTestDatabase } from '../../../infra/postgres/test-database.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import { withScratchServers } from '../../../infra/stack/scratch-servers.ts'
import { bench } from './bench.ts'

const STATEMENT_WITHIN_MS = 600_000

export function ledgerBenchCommand(): Command {
  return new Command('ledger-bench')
    .description('measure what a close asks of the ledger, on servers of its own')
    .option('--lines <n>', 'of the result of a month', whole, 200_000)
    .action(async ({ lines }: { lines: number }) => {
      await withScratchServers('servers', {}, async (env) => {
        const database = await createTestDatabase(env, 'segue_ledger_bench')
        await migratePostgres(database.url)
        const { url } = readEnv(database.env, (read) => postgresConfig(read, 'finance'))
        const pool = createPool(url, { applicationName: 'segue-ledger-bench', queryTimeoutMs: STATEMENT_WITHIN_MS })
        try {
          const { steps, ...measured } = await bench(pool, lines)
          console.log(`${measured.lines} lines, ${measured.transfers} transfers, ${measured.postings} postings`)
          for (const { step, seconds } of steps) console.log(`${seconds.toFixed(2).padStart(8)} s  ${step}`)
        } finally {
          await pool.end()
          await database.drop()
        }
      })
    })
}

function whole(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 on is wanted')
  return value
}
