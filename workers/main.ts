/** Owns the process of the workers: all of them, or those named on the command line. */

import { registerDependencies } from '../infra/runtime/dependency-metrics.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { runUntilSignal } from '../infra/runtime/lifecycle.ts'
import { createLogger } from '../infra/runtime/log.ts'
import { openTracing } from '../infra/tracing/open-tracing.ts'
import { createAds } from './ads/ads.ts'
import { workersConfig } from './config.ts'
import { createDependencies } from './dependencies.ts'
import { createIngest } from './ingest/ingest.ts'
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
import type { CreateWorker } from './worker.ts'

const WORKERS: Readonly<Record<string, CreateWorker>> = {
  ingest: createIngest,
  royalties: createRoyalties,
  reaper: createReaper,
  sharing: createSharing,
  rollups: createRollups,
  ads: createAds,
  recommend: createRecommend,
  partitions: createPartitions,
  search: createSearch,
}
const SHUTDOWN_WITHIN_MS = 5_000

const log = createLogger('workers')
try {
  const config = readEnv(process.env, workersConfig)
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(WORKERS)
  const metrics = createWorkerMetrics()
  const tracing = await openTracing(config.tracing, 'segue-workers', log)
  const dependencies = createDependencies(config, log)
  registerDependencies(metrics.registry, 'segue_worker', dependencies.all)
  const workers = names.map((name) => {
    const create = WORKERS[name]
    if (create === undefined)
      throw new Error(`there is no worker '${name}': choose from ${Object.keys(WORKERS).join(', ')}`)
    return create({ config, metrics, tracing, log: log.child({ worker: name }) })
  })
  const monitor = createMonitor({
    host: config.host,
    port: config.port,
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
