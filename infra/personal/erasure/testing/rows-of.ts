/** Owns what is counted of an account in a test: rows of PostgreSQL and keys of Redis that say a text, and its rows of ClickHouse. */

import type { ClickHouseClient } from '../../../clickhouse/client.ts'
import type { Pool } from '../../../postgres/client.ts'
import type { Redis } from '../../../redis/client.ts'

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

/** Keys that say the text, by their name or what is in them. */
export async function keysThatSay(redis: Redis, text: string): Promise<readonly string[]> {
  const reads: Readonly<Record<string, (key: string) => Promise<readonly Buffer[]>>> = {
    string: async (key) => [(await redis.getBuffer(key)) ?? Buffer.alloc(0)],
    hash: async (key) =>
      Object.entries(await redis.hgetallBuffer(key)).flatMap(([f, value]) => [Buffer.from(f), value]),
    zset: async (key) => await redis.zrangeBuffer(key, '0', '-1'),
  }
  const found: string[] = []
  for (const key of await redis.keys('*')) {
    const kind = await redis.type(key)
    const read = reads[kind]
    if (read === undefined) throw new Error(`nobody looks into ${kind} ${key}`)
    if (key.includes(text) || (await read(key)).some((value) => value.includes(text))) found.push(key)
  }
  return found.sort()
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
