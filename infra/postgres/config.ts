/** Owns where PostgreSQL is, read from the environment. */

import type { EnvReader } from '../runtime/env.ts'
import type { Secret } from '../runtime/secret.ts'

export interface PostgresConfig {
  /** Holds the password. */
  readonly url: Secret
}

export function postgresConfig(read: EnvReader): PostgresConfig {
  return { url: read.secretUrl('SEGUE_POSTGRES_URL', ['postgres', 'postgresql']) }
}
