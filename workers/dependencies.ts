/** Owns the table of the servers that the workers depend on: how each is asked whether it works. */

import { createClickHouse } from '../infra/clickhouse/client.ts'
import { clickhouseDependency } from '../infra/clickhouse/dependency.ts'
import { kafkaDependency } from '../infra/kafka/dependency.ts'
import { createOpenSearch } from '../infra/opensearch/client.ts'
import { opensearchDependency } from '../infra/opensearch/dependency.ts'
import { postgresDependency } from '../infra/postgres/dependency.ts'
import { createRedis } from '../infra/redis/client.ts'
import { redisDependency } from '../infra/redis/dependency.ts'
import type { Dependency } from '../infra/runtime/dependency.ts'
import type { Service } from '../infra/runtime/lifecycle.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { WorkersConfig } from './config.ts'

/** Each over a connection of its own: the workers' are busy, or retrying, when it matters. */
export function createDependencies(
  config: WorkersConfig,
  log: Logger,
): Service & { readonly all: readonly Dependency[] } {
  const redis = createRedis(config.redis, log)
  const clickhouse = createClickHouse(config.clickhouse, { application: 'segue-probe' })
  const { url } = config.opensearch
  const all = [
    redisDependency(redis, 'workers', log),
    kafkaDependency(config.kafka.ingest, 'segue-workers-probe', log),
    postgresDependency(config.postgres.royalties, log),
    clickhouseDependency(clickhouse, log),
    ...(url === undefined ? [] : [opensearchDependency(createOpenSearch(url), log)]),
  ]
  return {
    name: 'dependencies',
    all,
    async start(signal) {
      await Promise.all(all.map((dependency) => dependency.start(signal)))
    },
    async stop() {
      await Promise.all(all.map((dependency) => dependency.stop()))
      redis.disconnect()
      await clickhouse.close()
    },
  }
}
