/** Owns the rotation of the master key: every data key that another wraps is wrapped anew, page by page; begun again, it goes on where it was. */

import { inTransaction, type Pool } from '../postgres/client.ts'
import { databaseRole } from '../postgres/roles.ts'
import type { MasterKeys, WrappedKey } from './master-keys.ts'
import { aboutKey } from './personal-fields.ts'

const PAGE = 500

/** By the key of the table, so that each page is found without going over those before. */
const DUE = `
  SELECT user_id AS "userId", master_key AS "masterKey", wrapped FROM listener_keys
   WHERE master_key <> $1 AND user_id > $2 ORDER BY user_id LIMIT ${PAGE} FOR UPDATE`
const REWRAP = `
  UPDATE listener_keys k SET master_key = n.master_key, wrapped = n.wrapped, wrapped_at = now()
    FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS n (user_id, master_key, wrapped) WHERE k.user_id = n.user_id`

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'

/** How many data keys each master key wraps. */
export async function countByMasterKey(pool: Pool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await inTransaction(pool, async (client) => {
    await client.query(`SET LOCAL ROLE ${databaseRole('billing')}`)
    return await client.query<{ name: string; n: number }>(
      'SELECT master_key AS name, count(*)::int AS n FROM listener_keys GROUP BY 1 ORDER BY 1',
    )
  })
  return new Map(rows.map(({ name, n }) => [name, n]))
}

/** Since when the master key wraps what it wraps. */
export async function wrapsSince(pool: Pool, masterKey: string): Promise<Date | undefined> {
  return await inTransaction(pool, async (client) => {
    await client.query(`SET LOCAL ROLE ${databaseRole('billing')}`)
    const { rows } = await client.query<{ since: Date | null }>(
      'SELECT min(wrapped_at) AS since FROM listener_keys WHERE master_key = $1',
      [masterKey],
    )
    return rows[0]?.since ?? undefined
  })
}

/**
 * Each page is a transaction of its own. Data keys stay as they are: what they seal is not touched.
 * @param onPage told how many were wrapped anew so far
 */
export async function rewrapKeys(pool: Pool, masterKeys: MasterKeys, onPage: (done: number) => void): Promise<number> {
  let done = 0
  let after = BEFORE_ALL
  for (;;) {
    const page = await rewrapPage(pool, masterKeys, after)
    if (page.length === 0) return done
    after = page.at(-1) ?? after
    done += page.length
    onPage(done)
  }
}

async function rewrapPage(pool: Pool, masterKeys: MasterKeys, after: string): Promise<readonly string[]> {
  return await inTransaction(pool, async (client) => {
    await client.query(`SET LOCAL ROLE ${databaseRole('billing')}`)
    const { rows } = await client.query<WrappedKey & { userId: string }>(DUE, [masterKeys.current, after])
    const anew: WrappedKey[] = []
    for (const { userId, ...wrapped } of rows) {
      const about = aboutKey(userId)
      anew.push(await masterKeys.wrap(await masterKeys.unwrap(wrapped, about), about))
    }
    const userIds = rows.map(({ userId }) => userId)
    await client.query(REWRAP, [userIds, anew.map(({ masterKey }) => masterKey), anew.map(({ wrapped }) => wrapped)])
    return userIds
  })
}
