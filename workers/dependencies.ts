/** Owns the table of the servers that the workers of a process depend on: how each is asked whether it works. */

import { createClickHouse } from '../infra/clickhouse/client.ts'
import type { ClickHouseConfig } from '../infra/clickhouse/config.ts'
import { clickhouseDependency } from '../infra/clickhouse/dependency.ts'
import { kafkaDependency } from '../infra/kafka/dependency.ts'
import { WORKER_USERS } from '../infra/kafka/users.ts'
import { createOpenSearch } from '../infra/opensearch/client.ts'
import type { OpenSearchConfig } from '../infra/opensearch/config.ts'
import { opensearchDependency } from '../infra/opensearch/dependency.ts'
import type { PostgresConfig } from '../infra/postgres/config.ts'
import { postgresDependency } from '../infra/postgres/dependency.ts'
import { createRedis } from '../infra/redis/client.ts'
import type { RedisConfig } from '../infra/redis/config.ts'
import { redisDependency } from '../infra/redis/dependency.ts'
import type { Dependency } from '../infra/runtime/dependency.ts'
import type { Service } from '../infra/runtime/lifecycle.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { WorkerConfigs } from './config.ts'

interface Servers {
  readonly redis?: RedisConfig
  readonly postgres?: PostgresConfig
  readonly clickhouse?: ClickHouseConfig
  readonly opensearch?: OpenSearchConfig
}

/**
 * Each over a connection of its own: the workers' are busy, or retrying, when it matters.
 * A server that several use is asked as one of them.
 * @param configs of the workers of this process, and of no other
 */
export function createDependencies(
  configs: Partial<WorkerConfigs>,
  log: Logger,
): Service & { readonly all: readonly Dependency[] } {
  const {
    redis: sessions,
    postgres,
    clickhouse: store,
    opensearch,
  }: Servers = Object.assign({}, ...Object.values(configs))
  const user = WORKER_USERS.find((name) => configs[name] !== undefined)
  const kafka = user && configs[user]?.kafka
  const closing: (() => Promise<void>)[] = []
  const all: Dependency[] = []
  if (sessions !== undefined) {
    const redis = createRedis(sessions, log)
    closing.push(async () => redis.disconnect())
    all.push(redisDependency(redis, 'workers', log))
  }
  if (user && kafka) all.push(kafkaDependency(kafka, user, 'segue-workers-probe', log))
  if (postgres !== undefined) all.push(postgresDependency(postgres, log))
  if (store !== undefined) {
    const clickhouse = createClickHouse(store, { application: 'segue-probe' })
    closing.push(() => clickhouse.close())
    all.push(clickhouseDependency(clickhouse, log))
  }
  if (opensearch?.url !== undefined) all.push(opensearchDependency(createOpenSearch(opensearch.url), log))
  return {
    name: 'dependencies',
    all,
    async start(signal) {
      await Promise.all(all.map((dependency) => dependency.start(signal)))
    },
    async stop() {
      await Promise.all(all.map((dependency) => dependency.stop()))
      await Promise.all(closing.map((close) => close()))
    },
  }
}
