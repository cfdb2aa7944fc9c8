/** Owns the short work of a command on PostgreSQL: one connection, closed when it is done, and its failures in a line. */

import pg from 'pg'
import type { Secret } from '../runtime/secret.ts'
import { StackProblem } from '../stack/problem.ts'
import { createPool, type Pool, type PoolOptions } from './client.ts'

/** @throws {StackProblem} with the server's own words, or that it does not answer. */
export async function withPool<T>(url: Secret, options: PoolOptions, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = createPool(url, { maxConnections: 1, ...options })
  try {
    return await work(pool)
  } catch (cause) {
    if (cause instanceof pg.DatabaseError) throw new StackProblem(`PostgreSQL says: ${cause.message}`, cause)
    if (!(cause instanceof Error && 'code' in cause)) throw cause
    throw new StackProblem(
      `PostgreSQL does not answer at ${new URL(url.reveal()).host}: start it with npm start`,
      cause,
    )
  } finally {
    await pool.end()
  }
}
