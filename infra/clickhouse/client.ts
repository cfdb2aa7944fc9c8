/** Owns the making of ClickHouse clients. */

import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import type { ClickHouseConfig } from './config.ts'

export type { ClickHouseClient } from '@clickhouse/client'

const REQUEST_TIMEOUT_MS = 30_000

export interface ClickHouseOptions {
  /** Instead of the one in the URL. */
  readonly database?: string
  /** Shown in ClickHouse's query log. */
  readonly application?: string
}

export function createClickHouse(config: ClickHouseConfig, options: ClickHouseOptions = {}): ClickHouseClient {
  const url = new URL(config.url.reveal())
  if (options.database !== undefined) url.pathname = `/${options.database}`
  return createClient({
    url,
    application: options.application ?? 'segue',
    request_timeout: REQUEST_TIMEOUT_MS,
    compression: { request: false, response: false },
    // What fails is thrown, and logged by whoever catches it.
    log: { level: ClickHouseLogLevel.OFF },
  })
}
