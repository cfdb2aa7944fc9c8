/** Owns the table of the servers that a gateway depends on: how each is asked whether it works. */

import type { ClickHouseClient } from '../infra/clickhouse/client.ts'
import { clickhouseDependency } from '../infra/clickhouse/dependency.ts'
import { kafkaDependency } from '../infra/kafka/dependency.ts'
import { minioDependency } from '../infra/minio/dependency.ts'
import { postgresDependency } from '../infra/postgres/dependency.ts'
import type { Redis } from '../infra/redis/client.ts'
import { redisDependency } from '../infra/redis/dependency.ts'
import { createDependency, type Dependency, type DependencyName } from '../infra/runtime/dependency.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { GatewayConfig } from './config.ts'

export type Dependencies = Readonly<Record<DependencyName, Dependency>>

export interface DependenciesParts {
  readonly config: GatewayConfig
  readonly gatewayId: string
  readonly redis: Redis
  readonly clickhouse: ClickHouseClient
  readonly log: Logger
}

export function createDependencies({ config, gatewayId, redis, clickhouse, log }: DependenciesParts): Dependencies {
  return {
    redis: redisDependency(redis, gatewayId, log),
    kafka: kafkaDependency(config.kafka, 'segue-gateway-probe', log),
    postgres: postgresDependency(config.postgres, log),
    clickhouse: clickhouseDependency(clickhouse, log),
    minio: minioDependency(config.minio, log),
    issuer: createDependency('issuer', {
      log,
      probe: async (signal) => {
        const answer = await fetch(config.identity.jwksUrl, { signal })
        await answer.arrayBuffer()
        if (!answer.ok) throw new Error(`the issuer answers ${answer.status}`)
      },
    }),
  }
}
