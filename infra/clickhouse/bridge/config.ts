/** Owns the configuration of the bridge: where it listens, which folder it owns, who may ask. */

import type { EnvReader } from '../../runtime/env.ts'
import type { Secret } from '../../runtime/secret.ts'

export interface BridgeConfig {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  /** The data folder; one process at a time owns it. */
  readonly path: string
  /** That all that runs at once may take together. */
  readonly memoryMb: number
  readonly users: readonly BridgeUser[]
}

export interface BridgeUser {
  readonly name: string
  readonly password: Secret
  /** `read`: what is in tables, and nothing of the machine that the engine runs on. */
  readonly rights: 'all' | 'read'
}

export function bridgeConfig(read: EnvReader): BridgeConfig {
  return {
    host: read.text('SEGUE_CLICKHOUSE_HOST', '127.0.0.1'),
    port: read.integer('SEGUE_CLICKHOUSE_PORT', { min: 0, max: 65_535, fallback: 18_123 }),
    path: read.text('SEGUE_CLICKHOUSE_PATH'),
    memoryMb: read.integer('SEGUE_CLICKHOUSE_MEMORY_MB', { min: 64, max: 1_000_000, fallback: 3_072 }),
    users: [
      {
        name: read.text('SEGUE_CLICKHOUSE_USER', 'segue'),
        password: read.secret('SEGUE_CLICKHOUSE_PASSWORD'),
        rights: 'all',
      },
      {
        name: read.text('SEGUE_CLICKHOUSE_READER', 'segue_reader'),
        password: read.secret('SEGUE_CLICKHOUSE_READER_PASSWORD'),
        rights: 'read',
      },
    ],
  }
}
