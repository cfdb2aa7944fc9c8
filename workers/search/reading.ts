/** Owns as of when a reading of the catalog is: a place in PostgreSQL's log that is not after it, and the files of its tables. */

import { CAPTURE } from '../../infra/debezium/capture.ts'
import type { PoolClient } from '../../infra/postgres/client.ts'

/** PostgreSQL's `16/B374D848` as a number. Exact as far as nine petabytes of log. */
export function logPlace(lsn: string): number {
  const [high = '', low = ''] = lsn.split('/')
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16)
}

/** Where the log is now. What is read after this call is at least as new; so of two readings the one with the higher place is never the older. */
export async function placeNow(client: PoolClient): Promise<string> {
  const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn')
  return rows[0]?.lsn ?? '0/0'
}

/** The files of the captured tables. TRUNCATE is no change of a row and is not told of, but leaves a table in another file. */
export async function filesNow(client: PoolClient): Promise<string> {
  const { rows } = await client.query<{ files: string | null }>(
    `SELECT string_agg(tablename || ':' || pg_relation_filenode(format('%I.%I', schemaname, tablename)::regclass), ' ' ORDER BY tablename) AS files
       FROM pg_publication_tables WHERE pubname = $1`,
    [CAPTURE],
  )
  return rows[0]?.files ?? ''
}

/**
 * Whether a reading would see what these transactions did. They are told of as soon as the log has them, a moment before others see them.
 * @param transactions the lower halves of their numbers
 */
export async function areSeen(client: PoolClient, transactions: readonly number[]): Promise<boolean> {
  const { rows } = await client.query<{ seen: boolean | null }>(
    `SELECT bool_and(pg_visible_in_snapshot(CASE WHEN number >= next THEN number - 4294967296 ELSE number END::text::xid8, snapshot)) AS seen
       FROM (SELECT s.snapshot, s.next, (s.next & ~4294967295::bigint) | told AS number
               FROM (SELECT pg_current_snapshot() AS snapshot, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) s,
                    unnest($1::bigint[]) AS told) each`,
    [[...new Set(transactions)]],
  )
  return rows[0]?.seen ?? true
}
