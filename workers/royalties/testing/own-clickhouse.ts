/** Owns the telemetry of a closing world: a database of ClickHouse of its own, and the environment in which commands find it. */

import { type ClickHouseClient, createClickHouse } from '../../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../../infra/clickhouse/config.ts'
import { migrateClickHouse } from '../../../infra/clickhouse/migrate.ts'
import { readEnv } from '../../../infra/runtime/env.ts'

export interface OwnClickHouse<Env extends NodeJS.ProcessEnv = NodeJS.ProcessEnv> {
  readonly client: ClickHouseClient
  readonly env: Env
  /** Drops the database. */
  end(): Promise<void>
}

/** @param env of the world, whose server it is on. */
export async function createOwnClickHouse<Env extends NodeJS.ProcessEnv>(
  env: Env,
  database: string,
): Promise<OwnClickHouse<Env>> {
  const url = new URL(env.SEGUE_CLICKHOUSE_URL ?? '')
  url.pathname = `/${database}`
  const own = { ...env, SEGUE_CLICKHOUSE_URL: url.href }
  const config = readEnv(own, clickhouseConfig)
  await migrateClickHouse(config)
  const client = createClickHouse(config)
  return {
    client,
    env: own,
    async end() {
      await client.command({ query: `DROP DATABASE IF EXISTS ${database} SYNC` })
      await client.close()
    },
  }
}
