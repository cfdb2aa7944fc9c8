/** Owns the erasure of a listener from PostgreSQL: all of it in one transaction, as the owner. */

import { inTransaction, type Pool, type PoolClient } from '../../postgres/client.ts'
import { OWNER_ROLE } from '../../postgres/roles.ts'
import { asked, LISTENER_TABLES, type Who } from './listener-tables.ts'

/** How many rows of which tables were deleted or changed; again, none. */
export async function eraseRows(pool: Pool, who: Who): Promise<ReadonlyMap<string, number>> {
  return await inTransaction(pool, (client) => eraseRowsWithin(client, who))
}

/** In a transaction of the caller's, which is the owner's from then on. */
export async function eraseRowsWithin(client: PoolClient, who: Who): Promise<ReadonlyMap<string, number>> {
  await client.query(`SET LOCAL ROLE ${OWNER_ROLE}; SET LOCAL segue.erasing = 'on'`)
  const touched = new Map<string, number>()
  for (const [table, { erase }] of Object.entries(LISTENER_TABLES)) {
    let rows = 0
    for (const sql of erase) rows += (await client.query(...asked(sql, who))).rowCount ?? 0
    if (rows > 0) touched.set(table, rows)
  }
  return touched
}
