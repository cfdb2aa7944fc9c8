/** Owns the writing of playback rows, each identity once: what is there already is asked first, in one query a table. */

import type { ClickHouseClient } from './client.ts'
import { type EventRow, eventIdentity, idHour, type StreamRow, streamIdentity } from './playback-rows.ts'

export interface PlaybackRows {
  readonly events: readonly EventRow[]
  readonly streams: readonly StreamRow[]
}

export interface WriteResult {
  readonly written: number
  /** Rows whose identity was there already, or stood twice in the batch. */
  readonly repeated: number
}

/**
 * Longer than a batch takes, shorter than the client waits: an insert that is given up is also over, so that asking
 * again sees whether it happened.
 */
const SETTINGS = { max_execution_time: 20, max_query_size: String(4 * 1024 * 1024) } as const

/** The first of several rows with one identity is the one that stays. */
export async function writePlayback(client: ClickHouseClient, rows: PlaybackRows): Promise<WriteResult> {
  const streams = await withoutPresent(rows.streams, streamIdentity, (fresh) => presentStreams(client, fresh))
  if (streams.length > 0) await insert(client, 'streams', streams)
  const events = await withoutPresent(rows.events, eventIdentity, (fresh) => presentEvents(client, fresh))
  if (events.length > 0) await insert(client, 'playback_events', events)
  const written = streams.length + events.length
  return { written, repeated: rows.streams.length + rows.events.length - written }
}

async function withoutPresent<Row>(
  rows: readonly Row[],
  identity: (row: Row) => string,
  present: (rows: readonly Row[]) => Promise<Set<string>>,
): Promise<Row[]> {
  if (rows.length === 0) return []
  const first = new Map<string, Row>()
  for (const row of rows) if (!first.has(identity(row))) first.set(identity(row), row)
  for (const found of await present([...first.values()])) first.delete(found)
  return [...first.values()]
}

/** By id alone, which finds a few too many at worst; the account is compared here. Ids are UUIDs, checked when read. */
async function presentEvents(client: ClickHouseClient, rows: readonly EventRow[]): Promise<Set<string>> {
  const found = await client.query({
    query: `SELECT DISTINCT account_id, event_id FROM playback_events
      WHERE id_hour IN (${hours(rows.map((row) => row.event_id))}) AND event_id IN (${quoted(rows.map((row) => row.event_id))})`,
    format: 'JSONEachRow',
    clickhouse_settings: SETTINGS,
  })
  return new Set((await found.json<EventRow>()).map(eventIdentity))
}

async function presentStreams(client: ClickHouseClient, rows: readonly StreamRow[]): Promise<Set<string>> {
  const found = await client.query({
    query: `SELECT DISTINCT stream_id, version FROM streams
      WHERE id_hour IN (${hours(rows.map((row) => row.stream_id))}) AND stream_id IN (${quoted(rows.map((row) => row.stream_id))})`,
    format: 'JSONEachRow',
    clickhouse_settings: SETTINGS,
  })
  // Where the end is, the start has nothing to add: the engine may have put it away.
  const versions = (row: StreamRow) => (row.version === 2 ? [row, { ...row, version: 1 as const }] : [row])
  return new Set((await found.json<StreamRow>()).flatMap(versions).map(streamIdentity))
}

async function insert(client: ClickHouseClient, table: string, rows: readonly object[]): Promise<void> {
  await client.insert({
    table,
    values: [...rows],
    format: 'JSONEachRow',
    // The schema bounds the months; a batch may hold more of them than the default allows, if clocks are wild.
    clickhouse_settings: { ...SETTINGS, max_partitions_per_insert_block: '0' },
  })
}

const hours = (ids: readonly string[]): string =>
  [...new Set(ids.map(idHour))].map((s) => `toDateTime(${s}, 'UTC')`).join()
const quoted = (ids: readonly string[]): string => ids.map((id) => `'${id}'`).join()
