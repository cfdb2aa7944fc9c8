/** Owns transactions that see less than their connection could: in the name of a listener, or as a narrower role. */

import { inTransaction, type Pool, type PoolClient } from './client.ts'
import { databaseRole, type ServiceRole } from './roles.ts'

export interface Speaker {
  /** Whose rows are seen; without one, those of no listener are. */
  readonly userId?: string
  /** For a connection of the admin, which may be every role. */
  readonly role?: ServiceRole
}

export function speakAs<T>(
  pool: Pool,
  { userId, role }: Speaker,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  return inTransaction(pool, async (client) => {
    if (role !== undefined) await client.query(`SET LOCAL ROLE ${databaseRole(role)}`)
    await client.query(`SELECT set_config('segue.user_id', $1, true)`, [userId ?? ''])
    return await work(client)
  })
}
