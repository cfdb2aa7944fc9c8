/** Owns connections to PostgreSQL: one pool a process, and transactions on it. */

import pg from 'pg'
import type { Logger } from '../runtime/log.ts'
import type { Secret } from '../runtime/secret.ts'

export type Pool = pg.Pool
export type PoolClient = pg.PoolClient

export interface PoolOptions {
  /** Shown in pg_stat_activity, so that an operator sees which process holds a connection. */
  readonly applicationName: string
  readonly maxConnections?: number
  readonly log?: Logger
}

const CONNECT_TIMEOUT_MS = 5_000

/** A pool that opens connections when they are needed; the caller ends it. */
export function createPool(url: Secret, options: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: url.reveal(),
    application_name: options.applicationName,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  // A server that restarts breaks idle connections; without a listener that would end the process. The pool replaces them.
  pool.on('error', (error) => options.log?.warn({ err: error }, 'an idle PostgreSQL connection was lost'))
  // The same for one that is in use: whoever uses it is told by its query, so there is nothing more to say here.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (cause) {
    // A connection that cannot even roll back is thrown away; the first failure is the one worth telling.
    await client.query('ROLLBACK').catch((error: unknown) => {
      broken = error instanceof Error ? error : new Error(String(error))
    })
    throw cause
  } finally {
    client.release(broken)
  }
}
