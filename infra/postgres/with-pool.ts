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
    const { host, hostname, port } = new URL(url.reveal())
    if (!isOf(cause, hostname, port)) throw cause
    throw new StackProblem(`PostgreSQL does not answer at ${host}: start it with npm start`, cause)
  } finally {
    await pool.end()
  }
}

/** Whether the system says it of this server: a command may ask others as well. */
function isOf(cause: unknown, hostname: string, port: string): boolean {
  if (!(cause instanceof Error && 'syscall' in cause)) return false
  const about = cause as { port?: number; hostname?: string }
  return about.hostname === undefined
    ? about.port === undefined || String(about.port) === (port || '5432')
    : about.hostname === hostname
}
