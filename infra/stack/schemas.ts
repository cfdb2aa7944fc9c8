/** Owns which schema belongs to which server, and applies it: every one may be applied again. */

import { clickhouseConfig } from '../clickhouse/config.ts'
import { migrateClickHouse } from '../clickhouse/migrate.ts'
import { retentionConfig } from '../clickhouse/retention.ts'
import { prepareKafka } from '../kafka/prepare.ts'
import { prepareStore } from '../minio/prepare.ts'
import { preparePostgres } from '../postgres/prepare.ts'
import { readEnv } from '../runtime/env.ts'
import type { EnvRecord } from './env-file.ts'
import type { ServerName } from './part.ts'
import { StackProblem } from './problem.ts'

const SCHEMAS: Readonly<Partial<Record<ServerName, (env: EnvRecord) => Promise<void>>>> = {
  postgres: preparePostgres,
  async clickhouse(env) {
    await migrateClickHouse(readEnv(env, clickhouseConfig), readEnv(env, retentionConfig).days)
  },
  kafka: prepareKafka,
  minio: prepareStore,
}

export const WITH_SCHEMA = Object.keys(SCHEMAS) as readonly ServerName[]

/**
 * Applies the schema of a server that runs, ours or a configured one.
 * @throws {StackProblem} saying what the server answered.
 */
export async function applySchema(name: ServerName, env: EnvRecord): Promise<void> {
  try {
    await SCHEMAS[name]?.(env)
  } catch (cause) {
    throw new StackProblem(`the schema of ${name} could not be applied: ${reason(cause)}`, cause)
  }
}

function reason(error: unknown): string {
  // A refused connection comes as one error for each address that was tried, and says nothing itself.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reason).join('; ')
  return error instanceof Error ? error.message : String(error)
}
