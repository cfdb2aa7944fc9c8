/** Owns how long ClickHouse keeps what: one row a table, by the TTL of its engine. */

import type { EnvReader } from '../runtime/env.ts'
import type { ClickHouseClient } from './client.ts'

interface Kept {
  readonly table: string
  /** What its age is reckoned from. */
  readonly since: string
  readonly variable: string
  readonly days: number
}

const KEPT: readonly Kept[] = [
  { table: 'playback_events', since: 'toDateTime(server_time)', variable: 'SEGUE_KEEP_EVENTS_DAYS', days: 90 },
  { table: 'streams', since: 'toDateTime(started_at)', variable: 'SEGUE_KEEP_STREAMS_DAYS', days: 400 },
  { table: 'playback_minutes', since: 'minute', variable: 'SEGUE_KEEP_MINUTES_DAYS', days: 30 },
  { table: 'playback_hours', since: 'hour', variable: 'SEGUE_KEEP_HOURS_DAYS', days: 400 },
  { table: 'track_hours', since: 'hour', variable: 'SEGUE_KEEP_HOURS_DAYS', days: 400 },
  { table: 'playback_days', since: 'day', variable: 'SEGUE_KEEP_DAYS_DAYS', days: 3_650 },
  { table: 'track_days', since: 'day', variable: 'SEGUE_KEEP_DAYS_DAYS', days: 3_650 },
  { table: 'ad_events', since: 'toDateTime(server_time)', variable: 'SEGUE_KEEP_ADS_DAYS', days: 400 },
  { table: 'late_events', since: 'toDateTime(arrived_at)', variable: 'SEGUE_KEEP_LATE_DAYS', days: 400 },
]

/** Days by table. */
export type Retention = ReadonlyMap<string, number>

export const retentionConfig = (read: EnvReader): { readonly days: Retention } => ({
  days: new Map(
    KEPT.map(({ table, variable, days }) => [table, read.integer(variable, { min: 1, max: 36_500, fallback: days })]),
  ),
})

/** Sets what is not so already, and says of which tables: the engine forgets by itself, when it merges. */
export async function applyRetention(client: ClickHouseClient, days: Retention): Promise<readonly string[]> {
  const found = await client.query({
    query: 'SELECT name, create_table_query AS made FROM system.tables WHERE database = currentDatabase()',
    format: 'JSONEachRow',
  })
  const made = new Map((await found.json<{ name: string; made: string }>()).map((row) => [row.name, row.made]))
  const changed: string[] = []
  for (const { table, since, days: fallback } of KEPT) {
    const kept = days.get(table) ?? fallback
    if (made.get(table)?.includes(`TTL ${since} + toIntervalDay(${kept})`)) continue
    await client.command({ query: `ALTER TABLE ${table} MODIFY TTL ${since} + toIntervalDay(${kept})` })
    changed.push(table)
  }
  return changed
}

/** Has each table forget now what it would have at a merge; says how many rows of which tables that were. */
export async function forgetOverdue(client: ClickHouseClient, days: Retention): Promise<ReadonlyMap<string, number>> {
  const forgotten = new Map<string, number>()
  for (const { table, since, days: fallback } of KEPT) {
    const kept = days.get(table) ?? fallback
    const found = await client.query({
      query: `SELECT count() AS rows FROM ${table} WHERE ${since} < now() - toIntervalDay(${kept})`,
      format: 'JSONEachRow',
    })
    const rows = Number((await found.json<{ rows: string }>())[0]?.rows ?? 0)
    if (rows === 0) continue
    await client.command({ query: `ALTER TABLE ${table} MATERIALIZE TTL SETTINGS mutations_sync = 1` })
    forgotten.set(table, rows)
  }
  return forgotten
}
