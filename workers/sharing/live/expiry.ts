/** Owns the forgetting in states of accounts that went silent: nobody else looks at them again. */

import { inTransaction, type Pool } from '../../../infra/postgres/client.ts'
import type { KindOfNetwork } from '../detector/networks.ts'
import { age, bytesOf, isForgotten, SNAPSHOT_VERSION, watchedFrom } from './watched.ts'

const AT_ONCE = 500
const HOUR_MS = 3_600_000
/** A state is looked at once a day, as evidence goes day by day. */
const EVERY_MS = 22 * HOUR_MS
/** What happened so recently may still be under way: an account is not aged beyond what it may yet be told. */
const UNDER_WAY_MS = 2 * HOUR_MS

/**
 * Ages the states that are due at `nowMs`, but for those of partitions that are read with a delay: their accounts are
 * not silent, they are not heard yet. @returns how many.
 */
export async function expire(
  pool: Pool,
  nowMs: number,
  lagging: readonly number[],
  kindOf: KindOfNetwork,
): Promise<number> {
  let done = 0
  for (;;) {
    const now = await expireSome(pool, nowMs, lagging, kindOf)
    done += now
    if (now < AT_ONCE) return done
  }
}

function expireSome(pool: Pool, nowMs: number, lagging: readonly number[], kindOf: KindOfNetwork): Promise<number> {
  return inTransaction(pool, async (client) => {
    // A state that is just being saved is not silent.
    const { rows } = await client.query<{ account: string; state: Buffer; version: number }>(
      `SELECT account, state, version FROM sharing_states
       WHERE aged_until < to_timestamp($1::float8 / 1000) AND partition <> ALL ($2::int[])
       ORDER BY aged_until LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED`,
      [nowMs - EVERY_MS, lagging],
    )
    const kept: { account: string; state: string; until: string }[] = []
    const gone: string[] = []
    for (const { account, state, version } of rows) {
      // Of another version, it is nobody's any more.
      if (version !== SNAPSHOT_VERSION) {
        gone.push(account)
        continue
      }
      const watched = watchedFrom(account, state, kindOf)
      age(watched, nowMs - UNDER_WAY_MS)
      if (isForgotten(watched)) gone.push(account)
      else {
        const until = watched.account.devices.size > 0 ? new Date(nowMs).toISOString() : 'infinity'
        kept.push({ account, state: bytesOf(watched).toString('base64'), until })
      }
    }
    await client.query('DELETE FROM sharing_states WHERE account = ANY ($1)', [gone])
    await client.query(
      `UPDATE sharing_states SET state = decode(k.state, 'base64'), aged_until = k.until
       FROM jsonb_to_recordset($1::jsonb) AS k (account text, state text, until timestamptz)
       WHERE sharing_states.account = k.account`,
      [JSON.stringify(kept)],
    )
    return rows.length
  })
}
