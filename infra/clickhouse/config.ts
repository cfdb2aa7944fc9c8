/** Owns the configuration of ClickHouse: one URL with user, password and database. */

import type { EnvReader } from '../runtime/env.ts'
import type { Secret } from '../runtime/secret.ts'

export interface ClickHouseConfig {
  /** `http://user:password@host:port/database` */
  readonly url: Secret
}

export function clickhouseConfig(read: EnvReader): ClickHouseConfig {
  return { url: read.secretUrl('SEGUE_CLICKHOUSE_URL', ['http', 'https']) }
}
