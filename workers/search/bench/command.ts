/** Owns `segue search bench`: a made catalog on servers of its own, and what is measured of it. */

import { loadavg } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import { wholeNumber } from '../../../infra/cli/whole-number.ts'
import { forgetCapture } from '../../../infra/debezium/capture.ts'
import { CATALOG_MODEL } from '../../../infra/opensearch/catalog-index.ts'
import { type KnownIndex, knownIndices } from '../../../infra/opensearch/catalog-indices.ts'
import { createOpenSearch } from '../../../infra/opensearch/client.ts'
import { createPool } from '../../../infra/postgres/client.ts'
import { postgresConfig } from '../../../infra/postgres/config.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import { createLogger } from '../../../infra/runtime/log.ts'
import type { EnvRecord } from '../../../infra/stack/env-file.ts'
import { withScratchServers } from '../../../infra/stack/scratch-servers.ts'
import type { Stack } from '../../../infra/stack/stack.ts'
import { NO_TRACING } from '../../../infra/tracing/tracing.ts'
import { WORKER_CONFIGS } from '../../config.ts'
import { createWorkerMetrics } from '../../metrics.ts'
import { createSearch } from '../search.ts'
import { fillCatalog, isFilled } from './fill-catalog.ts'
import { madeCatalog } from './made-names.ts'
import {
  cpuMs,
  type Judged,
  judgeSearch,
  judgeTrigrams,
  type Timed,
  timeChanges,
  timeQueries,
  typed,
  whole,
} from './measures.ts'
import { misspeltOf } from './misspelt.ts'

interface Flags {
  readonly tracks: number
  readonly seed: number
  readonly misspelt: number
  readonly queries: number
  readonly changes: number
  readonly atOnce: readonly number[]
  readonly keep?: string
}

const SLOWEST_STATEMENT_MS = 1_200_000
const WARM_UP = 200
const LOOK_EVERY_MS = 500
const MISSED_SHOWN = 12

export function benchCommand(): Command {
  const number = wholeNumber(1, 10_000_000)
  const numbers = (text: string) => text.split(',').map(number)
  return new Command('bench')
    .description(
      'measure search over a made catalog: misspelt queries beside pg_trgm, time of a query, time until a change is found',
    )
    .option('--tracks <n>', 'how many', number, 1_000_000)
    .option('--seed <n>', 'of the names', number, 1)
    .option('--misspelt <n>', 'queries that are judged', number, 400)
    .option('--queries <n>', 'queries that are timed', number, 2_000)
    .option('--changes <n>', 'changes that are timed', number, 200)
    .option('--at-once <n,…>', 'queries under way at once, each measured by itself', numbers, [1, 2, 4])
    .option('--keep <folder>', 'where the servers keep their data for another run, which fills nothing again')
    .action(bench)
}

async function bench({ tracks, seed, misspelt, queries, changes, atOnce, keep }: Flags): Promise<void> {
  const catalog = madeCatalog(seed, tracks)
  const say = (what: string) =>
    console.log(`${new Date().toISOString().slice(11, 19)} load ${loadavg()[0]?.toFixed(1)}: ${what}`)
  const measure = async (env: EnvRecord, stack: Stack) => {
    const pool = createPool(readEnv(env, (read) => postgresConfig(read, 'admin')).url, {
      applicationName: 'segue-search-bench',
      queryTimeoutMs: SLOWEST_STATEMENT_MS,
    })
    const client = createOpenSearch(env.SEGUE_OPENSEARCH_URL ?? '')
    if (!(await isFilled(pool, catalog))) {
      // It is there before it is captured, as a catalog of this size would be.
      await stack.kill('debezium', 'SIGTERM')
      await forgetCapture(env)
      await fillCatalog(pool, catalog)
      await stack.restart('debezium')
    }
    say(`${tracks} tracks are in PostgreSQL`)
    const beganMs = performance.now()
    // Nobody has heard any of these tracks: looked at, all would be popular no more, and a tenth of the catalog change while it is measured.
    const config = { ...readEnv(env, WORKER_CONFIGS.search), popularityMs: Number.POSITIVE_INFINITY }
    const metrics = createWorkerMetrics()
    const worker = createSearch({ config, metrics, tracing: NO_TRACING, log: createLogger('bench', 'warn') })
    await worker.start(new AbortController().signal)
    while (!(await knownIndices(client)).some(isReady)) await pause(LOOK_EVERY_MS)
    say(`the index is there, after ${((performance.now() - beganMs) / 1_000).toFixed(0)} s`)
    const judged = misspeltOf(catalog, seed, misspelt)
    const asked = {
      'as typed': typed(catalog, queries),
      whole: whole(catalog, queries),
      misspelt: judged.map(({ query }) => query),
    }
    for (const texts of Object.values(asked)) await timeQueries(client, texts.slice(0, WARM_UP), 1)
    for (const [kind, texts] of Object.entries(asked))
      for (const count of atOnce) {
        const usedMs = await cpuMs(client)
        const timed = await timeQueries(client, texts, count)
        const cpu = ((await cpuMs(client)) - usedMs) / timed.length
        say(
          `${kind}, ${count} at once, of ${timed.length}: ${verdictOnTime(timed)}; processor ${cpu.toFixed(1)} ms each`,
        )
      }
    say(`misspelt, OpenSearch: ${verdict(await judgeSearch(client, judged))}`)
    say(`from commit to found, of ${changes}: ${spread(await timeChanges(client, pool, changes))}`)
    const { values } = await metrics.searchPartSeconds.get()
    const of = (part: string, what: 'sum' | 'count') =>
      values.find(({ metricName, labels }) => labels.part === part && metricName?.endsWith(`_${what}`))?.value ?? 0
    for (const part of ['captured', 'heard', 'written'])
      say(
        `    of that until it is ${part}: ${((1_000 * of(part, 'sum')) / of(part, 'count')).toFixed(0)} ms on average`,
      )
    say(`misspelt, pg_trgm: ${verdict(await judgeTrigrams(pool, judged))}`)
    await worker.stop()
    await client.close()
    await pool.end()
  }
  await withScratchServers('needed', {}, measure, ['opensearch', 'debezium'], keep && resolve(keep))
}

/** One of another model is searched until this one is built. */
const isReady = ({ isSearched, model }: KnownIndex) => isSearched && model === CATALOG_MODEL

function verdictOnTime(timed: readonly Timed[]): string {
  const took = timed.flatMap(({ tookMs }) => tookMs ?? [])
  const givenUp = timed.length - took.length
  const own = `by OpenSearch's own account ${spread(took)}`
  return `${spread(timed.map(({ ms }) => ms))}; ${own}${givenUp === 0 ? '' : `; ${givenUp} given up`}`
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
