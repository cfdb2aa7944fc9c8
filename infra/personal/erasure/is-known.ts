/** Owns whether anything is kept under an account, in any store: else it is a slip of who typed it, and nothing is begun. */

import { hasEvents } from '../../clickhouse/listener-events.ts'
import { hasKeys, playsNow } from '../../redis/erase-keys.ts'
import type { Stores } from './erasure.ts'
import { inStore } from './in-store.ts'
import { asked, BY_ACCOUNT } from './listener-tables.ts'

/** Whoever only ever played short pieces has no row in any table, but is in ClickHouse, and in Redis for a while. */
export async function isKnown({ postgres, redis, clickhouse, issuer }: Stores, accountId: string): Promise<boolean> {
  const who = { userId: null, accountId, pseudonym: '' }
  for (const { table, exports } of [...BY_ACCOUNT, BEING_ERASED]) {
    const { rowCount } = await postgres.query(...asked(`SELECT FROM ${table} WHERE ${exports} LIMIT 1`, who))
    if (rowCount !== 0) return true
  }
  return (
    (await inStore('Redis', hasKeys(redis, accountId))) ||
    (await inStore('Redis', playsNow(redis, accountId))) ||
    (await inStore('ClickHouse', hasEvents(clickhouse, accountId))) ||
    (issuer !== undefined && (await inStore('Issuer', issuer.read(accountId))) !== undefined)
  )
}

/** For another pass, though nothing may be left. */
const BEING_ERASED = { table: 'erasures', exports: 'account_id = (SELECT account_id FROM who)' }
