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
  /** A statement is given up after this long, its wait for locks included; 10 s unless told. */
  readonly queryTimeoutMs?: number
  /** A transaction that nothing is asked in for as long is ended by the server; 15 s unless told. */
  readonly idleInTransactionMs?: number
  readonly log?: Logger
}

export const CONNECT_TIMEOUT_MS = 5_000
const QUERY_TIMEOUT_MS = 10_000
/** The server gives up first, and says so; only when it is silent does this side. */
const SILENCE_MS = 2_000
/** A process that froze between two statements lets go of its locks. */
const IDLE_IN_TRANSACTION_MS = 15_000
const KEEP_ALIVE_MS = 10_000

/** A pool that opens connections when they are needed; the caller ends it. */
export function createPool(url: Secret, options: PoolOptions): Pool {
  const queryTimeoutMs = options.queryTimeoutMs ?? QUERY_TIMEOUT_MS
  const pool = new pg.Pool({
    connectionString: url.reveal(),
    application_name: options.applicationName,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: queryTimeoutMs,
    query_timeout: queryTimeoutMs + SILENCE_MS,
    idle_in_transaction_session_timeout: options.idleInTransactionMs ?? IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
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
    if (isSilence(cause)) broken = cause
    else
      await client.query('ROLLBACK').catch((error: unknown) => {
        broken = error instanceof Error ? error : new Error(String(error))
      })
    throw cause
  } finally {
    client.release(broken)
  }
}

/** Whether a query got no answer at all. The driver has no code for it; a further query would wait behind it as long. */
function isSilence(cause: unknown): cause is Error {
  return cause instanceof Error && cause.message === 'Query read timeout'
}
