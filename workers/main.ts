/** Owns the process of the workers: all of them, or those named on the command line. */

import { registerDependencies } from '../infra/runtime/dependency-metrics.ts'
import { type EnvReader, readEnv } from '../infra/runtime/env.ts'
import { runUntilSignal } from '../infra/runtime/lifecycle.ts'
import { createLogger } from '../infra/runtime/log.ts'
import { openTracing } from '../infra/tracing/open-tracing.ts'
import { createAds } from './ads/ads.ts'
import { processConfig, WORKER_CONFIGS, type WorkerName } from './config.ts'
import { createDependencies } from './dependencies.ts'
import { createIngest } from './ingest/ingest.ts'
import { createJobs } from './jobs/jobs.ts'
import { createWorkerMetrics } from './metrics.ts'
import { createMonitor } from './monitor.ts'
import { createPartitions } from './partitions/partitions.ts'
import { createReaper } from './reaper/reaper.ts'
import { createRecommend } from './recommend/recommend.ts'
import { createRollups } from './rollups/rollups.ts'
import { createRoyalties } from './royalties/royalties.ts'
import { createSearch } from './search/search.ts'
import { createSharing } from './sharing/sharing.ts'
import { sideBySide } from './side-by-side.ts'
import type { CreateWorker, Worker, WorkerTools } from './worker.ts'

const WORKERS: { readonly [Name in WorkerName]: CreateWorker<Name> } = {
  ingest: createIngest,
  royalties: createRoyalties,
  reaper: createReaper,
  sharing: createSharing,
  rollups: createRollups,
  ads: createAds,
  recommend: createRecommend,
  partitions: createPartitions,
  jobs: createJobs,
  search: createSearch,
}
const NAMES = Object.keys(WORKERS) as WorkerName[]
const SHUTDOWN_WITHIN_MS = 5_000

/** What one worker reads of the environment, and how it is made of that. */
function planned<Name extends WorkerName>(name: Name, read: EnvReader) {
  const config = WORKER_CONFIGS[name](read)
  const create: CreateWorker<Name> = WORKERS[name]
  return { name, config, create: (tools: WorkerTools): Worker => create({ ...tools, config }) }
}

function known(name: string): WorkerName {
  const match = NAMES.find((one) => one === name)
  if (match === undefined) throw new Error(`there is no worker '${name}': choose from ${NAMES.join(', ')}`)
  return match
}

const log = createLogger('workers')
try {
  const names = process.argv.length > 2 ? process.argv.slice(2).map(known) : NAMES
  const { own, plans } = readEnv(process.env, (read) => ({
    own: processConfig(read),
    plans: names.map((name) => planned(name, read)),
  }))
  const metrics = createWorkerMetrics()
  for (const name of names) metrics.runs.set({ worker: name }, 1)
  const tracing = await openTracing(own.tracing, 'segue-workers', log)
  const dependencies = createDependencies(Object.fromEntries(plans.map(({ name, config }) => [name, config])), log)
  registerDependencies(metrics.registry, 'segue_worker', dependencies.all)
  const workers = plans.map(({ name, create }) => create({ metrics, tracing, log: log.child({ worker: name }) }))
  const monitor = createMonitor({
    host: own.host,
    port: own.port,
    workers,
    dependencies: dependencies.all,
    metrics,
    log,
  })
  await runUntilSignal([monitor, tracing, dependencies, sideBySide('workers', workers)], log, SHUTDOWN_WITHIN_MS)
  // kafkajs cannot be told to give up on a broker that is away, and would hold the process.
  process.exit(0)
} catch (error) {
  log.fatal({ err: error }, error instanceof Error ? error.message : 'the workers cannot run')
  process.exitCode = 1
}
