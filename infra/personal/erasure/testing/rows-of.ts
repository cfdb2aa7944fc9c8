/** Owns what is counted of an account in a test: rows of PostgreSQL that say a text, and its rows of ClickHouse. */

import type { ClickHouseClient } from '../../../clickhouse/client.ts'
import type { Pool } from '../../../postgres/client.ts'

/** Rows that say the text, by table, partitions under their parent. */
export async function rowsThatSay(postgres: Pool, text: string): Promise<Record<string, number>> {
  const { rows } = await postgres.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`,
  )
  const found: Record<string, number> = {}
  for (const { name } of rows) {
    const counted = await postgres.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM ${name} t WHERE strpos(t::text, $1) > 0`,
      [text],
    )
    if (counted.rows[0]?.n) found[name] = counted.rows[0].n
  }
  return found
}

const TABLES = ['playback_events', 'streams', 'ad_events', 'late_events'] as const

export async function clickhouseRows(
  clickhouse: ClickHouseClient,
  account: string,
): Promise<Record<(typeof TABLES)[number], number>> {
  const counts = { playback_events: 0, streams: 0, ad_events: 0, late_events: 0 }
  for (const table of TABLES) {
    const query = `SELECT count() AS n FROM ${table} WHERE account_id = {account:String}`
    const found = await clickhouse.query({ query, query_params: { account }, format: 'JSONEachRow' })
    counts[table] = Number((await found.json<{ n: string }>())[0]?.n)
  }
  return counts
}
