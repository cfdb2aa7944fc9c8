/** Owns where PostgreSQL is and as whom it is reached, read from the environment. */

import type { EnvReader } from '../runtime/env.ts'
import type { Secret } from '../runtime/secret.ts'
import { ADMIN_VARIABLE, addressVariable, type LoginRole } from './roles.ts'

export interface PostgresConfig {
  /** Holds the name and the password of the role. */
  readonly url: Secret
}

/** `admin`: whoever applies the schema and makes the roles. */
export function postgresConfig(read: EnvReader, role: LoginRole | 'admin'): PostgresConfig {
  const variable = role === 'admin' ? ADMIN_VARIABLE : addressVariable(role)
  return { url: read.secretUrl(variable, ['postgres', 'postgresql']) }
}
