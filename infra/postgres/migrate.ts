/** Owns bringing the schema up to date: the files in `migrations/`, in order, each once. */

import { fileURLToPath } from 'node:url'
import pg from 'pg'
import Postgrator from 'postgrator'
import type { Secret } from '../runtime/secret.ts'
import { CONNECT_TIMEOUT_MS } from './client.ts'
import { ensureRoles } from './ensure-roles.ts'
import { planPartitions, takeStep } from './partitions/tend-partitions.ts'
import { OWNER_ROLE } from './roles.ts'

const MIGRATIONS = fileURLToPath(new URL('./migrations/*.sql', import.meta.url))
/** Two processes that start together take turns; the number only has to be ours. */
const ADVISORY_LOCK = 7_346_831

/** Makes the roles and applies what is missing, as the owner. A migration that was applied and then edited is refused. */
export async function migratePostgres(url: Secret): Promise<{ applied: number }> {
  const client = new pg.Client({
    connectionString: url.reveal(),
    application_name: 'segue-migrate',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // No bound on statements: a migration takes what it takes, and waits for another's. A dead server is noticed.
    keepAlive: true,
  })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK])
    await ensureRoles(client)
    await client.query(`SET ROLE ${OWNER_ROLE}`)
    const postgrator = new Postgrator({
      migrationPattern: MIGRATIONS,
      driver: 'pg',
      schemaTable: 'schema_version',
      execQuery: (query) => client.query(query),
      // A migration is whole or absent.
      execSqlScript: async (script) => {
        await client.query(`BEGIN; ${script}\n; COMMIT;`)
      },
    })
    const applied = await postgrator.migrate()
    // A table that was just made takes rows at once; nothing is retired here.
    for (const step of await planPartitions(client)) if (step.kind === 'make') await takeStep(client, step)
    return { applied: applied.length }
  } finally {
    await client.end()
  }
}
