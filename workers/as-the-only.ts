/** Owns doing something in one process at a time: whoever holds PostgreSQL's lock of that name. */

import type { Pool, PoolClient } from '../infra/postgres/client.ts'

/** False, with nothing done, when another process is at it. A process that dies lets go with the connection, which `work` may use. */
export async function asTheOnly(
  pool: Pool,
  name: string,
  work: (client: PoolClient) => Promise<void>,
): Promise<boolean> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock(hashtext($1)) AS mine', [
      `segue.${name}`,
    ])
    if (rows[0]?.mine !== true) return false
    try {
      await work(client)
      return true
    } finally {
      await client.query('SELECT pg_advisory_unlock(hashtext($1))', [`segue.${name}`])
    }
  } catch (cause) {
    // The lock goes with the connection, whatever became of the unlocking.
    broken = cause instanceof Error ? cause : new Error(String(cause))
    throw cause
  } finally {
    client.release(broken)
  }
}
