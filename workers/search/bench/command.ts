/** Owns `segue search bench`: a made catalog on servers of its own, and what is measured of it. */

import { loadavg } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import { wholeNumber } from '../../../infra/cli/whole-number.ts'
import { forgetCapture } from '../../../infra/debezium/capture.ts'
import { knownIndices } from '../../../infra/opensearch/catalog-indices.ts'
import { createOpenSearch } from '../../../infra/opensearch/client.ts'
import { createPool } from '../../../infra/postgres/client.ts'
import { postgresConfig } from '../../../infra/postgres/config.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import { createLogger } from '../../../infra/runtime/log.ts'
import type { EnvRecord } from '../../../infra/stack/env-file.ts'
import { withScratchServers } from '../../../infra/stack/scratch-servers.ts'
import type { Stack } from '../../../infra/stack/stack.ts'
import { workersConfig } from '../../config.ts'
import { createWorkerMetrics } from '../../metrics.ts'
import { createSearch } from '../search.ts'
import { fillCatalog } from './fill-catalog.ts'
import { madeCatalog } from './made-names.ts'
import { type Judged, judgeSearch, judgeTrigrams, timeChanges, timeTyping } from './measures.ts'
import { misspeltOf } from './misspelt.ts'

interface Flags {
  readonly tracks: number
  readonly seed: number
  readonly misspelt: number
  readonly queries: number
  readonly changes: number
}

const SLOWEST_STATEMENT_MS = 1_200_000
const WARM_UP = 200
const LOOK_EVERY_MS = 500
const MISSED_SHOWN = 12

export function benchCommand(): Command {
  const whole = wholeNumber(1, 10_000_000)
  return new Command('bench')
    .description(
      'measure search over a made catalog: misspelt queries beside pg_trgm, time of a query, time until a change is found',
    )
    .option('--tracks <n>', 'how many', whole, 1_000_000)
    .option('--seed <n>', 'of the names', whole, 1)
    .option('--misspelt <n>', 'queries that are judged', whole, 400)
    .option('--queries <n>', 'queries that are timed', whole, 2_000)
    .option('--changes <n>', 'changes that are timed', whole, 200)
    .action(bench)
}

async function bench({ tracks, seed, misspelt, queries, changes }: Flags): Promise<void> {
  const catalog = madeCatalog(seed, tracks)
  const say = (what: string) =>
    console.log(`${new Date().toISOString().slice(11, 19)} load ${loadavg()[0]?.toFixed(1)}: ${what}`)
  const measure = async (env: EnvRecord, stack: Stack) => {
    const pool = createPool(readEnv(env, (read) => postgresConfig(read, 'admin')).url, {
      applicationName: 'segue-search-bench',
      queryTimeoutMs: SLOWEST_STATEMENT_MS,
    })
    const client = createOpenSearch(env.SEGUE_OPENSEARCH_URL ?? '')
    // It is there before it is captured, as a catalog of this size would be.
    await stack.kill('debezium', 'SIGTERM')
    await forgetCapture(env)
    await fillCatalog(pool, catalog)
    await stack.restart('debezium')
    say(`${tracks} tracks are in PostgreSQL`)
    const beganMs = performance.now()
    const config = readEnv(env, workersConfig)
    const worker = createSearch({ config, metrics: createWorkerMetrics(), log: createLogger('bench', 'warn') })
    await worker.start(new AbortController().signal)
    while (!(await knownIndices(client)).some(({ isSearched }) => isSearched)) await pause(LOOK_EVERY_MS)
    say(`the index is built, in ${((performance.now() - beganMs) / 1_000).toFixed(0)} s`)
    await timeTyping(client, catalog, WARM_UP)
    say(`a query, of ${queries} as typed: ${spread(await timeTyping(client, catalog, queries))}`)
    const judged = misspeltOf(catalog, seed, misspelt)
    say(`misspelt, OpenSearch: ${verdict(await judgeSearch(client, judged))}`)
    say(`from commit to found, of ${changes}: ${spread(await timeChanges(client, pool, changes))}`)
    say(`misspelt, pg_trgm: ${verdict(await judgeTrigrams(pool, judged))}`)
    await worker.stop()
    await client.close()
    await pool.end()
  }
  await withScratchServers('needed', {}, measure, ['opensearch', 'debezium'])
}

function spread(took: readonly number[]): string {
  const sorted = [...took].sort((a, b) => a - b)
  const at = (share: number) =>
    `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)} ms`
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, longest ${at(1)}`
}

function verdict(judged: readonly Judged[]): string {
  const share = (some: readonly Judged[]) => (some.filter(({ isFound }) => isFound).length / some.length).toFixed(3)
  const rules = [...new Set(judged.map(({ meant }) => meant.rule))]
  const each = rules.map((rule) => `\n    ${rule}: ${share(judged.filter(({ meant }) => meant.rule === rule))}`)
  const missed = judged.filter(({ isFound }) => !isFound).slice(0, MISSED_SHOWN)
  const shown = missed.map(({ meant }) => `\n    missed: ${meant.query}  (${meant.title}, ${meant.artist})`)
  return `${share(judged)} of ${judged.length} in the top 3; ${spread(judged.map(({ ms }) => ms))}${each.join('')}${shown.join('')}`
}
