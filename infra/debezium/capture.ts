/** Owns the slot in PostgreSQL that the changes of the catalog are read by: made when Debezium starts, dropped where it is left out. */

import pg from 'pg'
import { CONNECT_TIMEOUT_MS } from '../postgres/client.ts'
import { ADMIN_VARIABLE, databaseRole } from '../postgres/roles.ts'
import type { EnvRecord } from '../stack/env-file.ts'

/** The name of slot and publication. */
export const CAPTURE = 'segue_catalog'

async function asAdmin<T>(env: EnvRecord, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: env[ADMIN_VARIABLE] ?? '',
    application_name: 'segue-capture',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/**
 * Makes the slot where there is none, or none that PostgreSQL has kept the log for; and notes since when it tells of all changes:
 * an index that was begun before lacks those between, and is built again.
 */
export async function beginCapture(env: EnvRecord): Promise<'begun' | 'goes on'> {
  return await asAdmin(env, async (client) => {
    await client.query(`ALTER ROLE ${databaseRole('capture')} REPLICATION`)
    await client.query(
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active AND wal_status = 'lost'`,
      [CAPTURE],
    )
    const { rowCount } = await client.query('SELECT FROM pg_replication_slots WHERE slot_name = $1', [CAPTURE])
    if (rowCount === 1) return 'goes on'
    await client.query(
      `WITH made AS (SELECT lsn FROM pg_create_logical_replication_slot($1, 'pgoutput'))
       INSERT INTO catalog_captures (slot, begun_at) SELECT $1, lsn FROM made
       ON CONFLICT (slot) DO UPDATE SET begun_at = excluded.begun_at`,
      [CAPTURE],
    )
    return 'begun'
  })
}

/** Drops a slot that nobody reads: PostgreSQL would keep its log for it. Whoever captures again begins anew. */
export async function forgetCapture(env: EnvRecord): Promise<void> {
  await asAdmin(env, async (client) => {
    await client.query(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active',
      [CAPTURE],
    )
  })
}
