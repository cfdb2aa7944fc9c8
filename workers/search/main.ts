/** Owns the command `segue search`: the index built anew, and the bench. */

import { Command } from 'commander'
import { useStackEnvironment } from '../../infra/cli/stack-environment.ts'
import { createOpenSearch } from '../../infra/opensearch/client.ts'
import { createPool } from '../../infra/postgres/client.ts'
import { ConfigError, readEnv } from '../../infra/runtime/env.ts'
import { dataFolder } from '../../infra/stack/folders.ts'
import { StackProblem } from '../../infra/stack/problem.ts'
import { asTheOnly } from '../as-the-only.ts'
import { WORKER_CONFIGS } from '../config.ts'
import { benchCommand } from './bench/command.ts'
import { rebuild } from './rebuild.ts'
import { CLIENT_ID, REBUILD_LOCK } from './search.ts'

const QUERY_WITHIN_MS = 120_000

async function rebuildNow(): Promise<void> {
  await useStackEnvironment(dataFolder(process.env))
  const config = readEnv(process.env, WORKER_CONFIGS.search)
  const { url } = config.opensearch
  if (url === undefined)
    throw new StackProblem(
      'this start has no OpenSearch: run npm start without --no-search, or set SEGUE_OPENSEARCH_URL',
    )
  const client = createOpenSearch(url)
  const pool = createPool(config.postgres.url, {
    applicationName: CLIENT_ID,
    maxConnections: 1,
    queryTimeoutMs: QUERY_WITHIN_MS,
  })
  try {
    const isMine = await asTheOnly(pool, REBUILD_LOCK, async (rows) => {
      const { index, documents } = await rebuild(client, rows, new AbortController().signal)
      console.log(`${documents} documents are in ${index}, which is the one that is searched`)
    })
    if (!isMine) throw new StackProblem('another process builds the index now: run this again when it has ended')
  } catch (cause) {
    if (cause instanceof StackProblem) throw cause
    const why = cause instanceof Error ? cause.message || String(cause) : String(cause)
    throw new StackProblem(
      `the index could not be built: ${why}; when PostgreSQL and OpenSearch answer again, run this again`,
      cause,
    )
  } finally {
    await client.close()
    await pool.end()
  }
}

const program = new Command('segue search').description('search over the catalog').showHelpAfterError()
program
  .command('rebuild')
  .description('build the index anew from PostgreSQL, beside the one that is searched, and put it in its place')
  .action(rebuildNow)
program.addCommand(benchCommand())

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof StackProblem || error instanceof ConfigError)) throw error
  for (const line of error.message.split('\n')) console.error(`segue: ${line}`)
  process.exitCode = 1
}
