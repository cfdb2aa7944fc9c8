/** Owns making a server ready for the services that `env` has addresses for: roles, schema, months, passwords. */

import { readEnv } from '../runtime/env.ts'
import { postgresConfig } from './config.ts'
import { setRolePasswords } from './ensure-roles.ts'
import { migratePostgres } from './migrate.ts'

/** May be run again, at each start. */
export async function preparePostgres(env: NodeJS.ProcessEnv): Promise<void> {
  await migratePostgres(readEnv(env, (read) => postgresConfig(read, 'admin')).url)
  await setRolePasswords(env)
}
