/** Owns the table of the servers that a gateway depends on: how each is asked whether it works. */

import type { ClickHouseClient } from '../infra/clickhouse/client.ts'
import { clickhouseDependency } from '../infra/clickhouse/dependency.ts'
import { kafkaDependency } from '../infra/kafka/dependency.ts'
import { minioDependency } from '../infra/minio/dependency.ts'
import type { OpenSearch } from '../infra/opensearch/client.ts'
import { opensearchDependency } from '../infra/opensearch/dependency.ts'
import { postgresDependency } from '../infra/postgres/dependency.ts'
import type { Redis } from '../infra/redis/client.ts'
import { redisDependency } from '../infra/redis/dependency.ts'
import { createDependency, type Dependency, type DependencyName } from '../infra/runtime/dependency.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { GatewayConfig } from './config.ts'
import { discoveryUrlOf } from './issuer-keys.ts'

type Optional = 'opensearch'
/** A start may leave out what nobody plays by. */
export type Dependencies = Readonly<Record<Exclude<DependencyName, Optional>, Dependency>> &
  Readonly<Partial<Record<Optional, Dependency>>>

export interface DependenciesParts {
  readonly config: GatewayConfig
  readonly gatewayId: string
  readonly redis: Redis
  readonly clickhouse: ClickHouseClient
  /** Undefined: this start has none. */
  readonly opensearch: OpenSearch | undefined
  readonly log: Logger
}

export function createDependencies({
  config,
  gatewayId,
  redis,
  clickhouse,
  opensearch,
  log,
}: DependenciesParts): Dependencies {
  const { issuer, jwksUrl } = config.identity
  return {
    redis: redisDependency(redis, gatewayId, log),
    kafka: kafkaDependency(config.kafka, 'gateway', 'segue-gateway-probe', log),
    postgres: postgresDependency(config.postgres, log),
    clickhouse: clickhouseDependency(clickhouse, log),
    minio: minioDependency(config.minio, log),
    ...(opensearch === undefined ? {} : { opensearch: opensearchDependency(opensearch, log) }),
    issuer: createDependency('issuer', {
      log,
      probe: async (signal) => {
        const answer = await fetch(jwksUrl ?? discoveryUrlOf(issuer), { signal })
        await answer.arrayBuffer()
        if (!answer.ok) throw new Error(`the issuer answers ${answer.status}`)
      },
    }),
  }
}
