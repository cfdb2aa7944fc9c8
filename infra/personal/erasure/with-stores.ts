/** Owns the stores that hold something of listeners, opened for one command and closed after it. */

import { createClickHouse } from '../../clickhouse/client.ts'
import { clickhouseConfig } from '../../clickhouse/config.ts'
import { keycloakAccountsConfig } from '../../keycloak/config.ts'
import { createKeycloakAccounts } from '../../keycloak/keycloak-accounts.ts'
import { createOpenSearch } from '../../opensearch/client.ts'
import { opensearchConfig } from '../../opensearch/config.ts'
import { postgresConfig } from '../../postgres/config.ts'
import { withPool } from '../../postgres/with-pool.ts'
import { createRedis } from '../../redis/client.ts'
import { redisConfig } from '../../redis/config.ts'
import { readEnv } from '../../runtime/env.ts'
import { createLogger } from '../../runtime/log.ts'
import type { Stores } from './erasure.ts'

const APPLICATION = 'segue-personal'
/** Streams of ten years are gone through. */
const STATEMENT_WITHIN_MS = 600_000

export async function withStores<T>(work: (stores: Stores) => Promise<T>): Promise<T> {
  const config = readEnv(process.env, (read) => ({
    postgres: postgresConfig(read, 'admin'),
    redis: redisConfig(read),
    clickhouse: clickhouseConfig(read),
    opensearch: opensearchConfig(read),
    keycloak: keycloakAccountsConfig(read),
  }))
  const redis = createRedis(config.redis, createLogger(APPLICATION))
  const clickhouse = createClickHouse(config.clickhouse, { application: APPLICATION })
  const { url } = config.opensearch
  const opensearch = url === undefined ? undefined : createOpenSearch(url)
  const issuer = config.keycloak === undefined ? undefined : createKeycloakAccounts(config.keycloak)
  const options = { applicationName: APPLICATION, queryTimeoutMs: STATEMENT_WITHIN_MS }
  try {
    return await withPool(config.postgres.url, options, (postgres) =>
      work({ postgres, redis, clickhouse, opensearch, issuer }),
    )
  } finally {
    redis.disconnect()
    await clickhouse.close()
    await opensearch?.close()
  }
}
