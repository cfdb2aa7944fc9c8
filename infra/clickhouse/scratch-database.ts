/** Owns a database for the length of one measurement, with the schema, on a server that others may use. */

import { Secret } from '../runtime/secret.ts'
import { type ClickHouseClient, createClickHouse } from './client.ts'
import type { ClickHouseConfig } from './config.ts'
import { migrateClickHouse } from './migrate.ts'

/** One of that name, left by an earlier run, is replaced. */
export async function withScratchDatabase<T>(
  config: ClickHouseConfig,
  name: string,
  work: (client: ClickHouseClient) => Promise<T>,
): Promise<T> {
  const url = new URL(config.url.reveal())
  const keeper = createClickHouse(config, { database: 'default' })
  const drop = () => keeper.command({ query: `DROP DATABASE IF EXISTS ${name} SYNC` })
  url.pathname = `/${name}`
  const scratch = { url: new Secret(url.href) }
  const client = createClickHouse(scratch, { application: name })
  try {
    await drop()
    await migrateClickHouse(scratch)
    return await work(client)
  } finally {
    await drop()
    await Promise.all([client.close(), keeper.close()])
  }
}
