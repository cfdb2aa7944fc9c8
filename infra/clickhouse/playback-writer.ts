/** Owns the writing of playback rows, each event once and each stream while it grows: what is there is asked first, in one query a table. */

import type { ClickHouseClient } from './client.ts'
import { type EventRow, eventIdentity, idHour, type StreamRow } from './playback-rows.ts'

export interface PlaybackRows {
  readonly events: readonly EventRow[]
  readonly streams: readonly StreamRow[]
}

export interface WriteResult {
  readonly written: number
  /** Rows that the table, or another row of the batch, has nothing to learn from. */
  readonly repeated: number
}

/**
 * Longer than a batch takes, and with its turn (the bridge gives one within 8 s, or refuses) shorter than the client
 * waits: an insert that is given up is also over, so that asking again sees whether it happened.
 */
const SETTINGS = { max_execution_time: 20, max_query_size: String(4 * 1024 * 1024) } as const

/** Of several rows of an event the first stays; of a stream, the one with the greatest version: its longest end. */
export async function writePlayback(client: ClickHouseClient, rows: PlaybackRows): Promise<WriteResult> {
  const streams = await grown(client, rows.streams)
  if (streams.length > 0) await insert(client, 'streams', streams)
  const events = await unseen(client, rows.events)
  if (events.length > 0) await insert(client, 'playback_events', events)
  const written = streams.length + events.length
  return { written, repeated: rows.streams.length + rows.events.length - written }
}

async function unseen(client: ClickHouseClient, rows: readonly EventRow[]): Promise<EventRow[]> {
  if (rows.length === 0) return []
  const first = new Map<string, EventRow>()
  for (const row of rows) if (!first.has(eventIdentity(row))) first.set(eventIdentity(row), row)
  for (const found of await presentEvents(client, [...first.values()])) first.delete(found)
  return [...first.values()]
}

/** Where an end is, the start has nothing to add: the engine may have put it away. */
async function grown(client: ClickHouseClient, rows: readonly StreamRow[]): Promise<StreamRow[]> {
  if (rows.length === 0) return []
  const greatest = new Map<string, StreamRow>()
  for (const row of rows) {
    const before = greatest.get(row.stream_id)
    if (before === undefined || row.version > before.version) greatest.set(row.stream_id, row)
  }
  const present = await presentVersions(client, [...greatest.values()])
  return [...greatest.values()].filter((row) => row.version > (present.get(row.stream_id) ?? 0))
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

/** The greatest version of each stream that is there. */
async function presentVersions(
  client: ClickHouseClient,
  rows: readonly StreamRow[],
): Promise<ReadonlyMap<string, number>> {
  const found = await client.query({
    query: `SELECT stream_id, max(version) AS version FROM streams
      WHERE id_hour IN (${hours(rows.map((row) => row.stream_id))}) AND stream_id IN (${quoted(rows.map((row) => row.stream_id))})
      GROUP BY stream_id`,
    format: 'JSONEachRow',
    clickhouse_settings: SETTINGS,
  })
  return new Map((await found.json<StreamRow>()).map(({ stream_id, version }) => [stream_id, version]))
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
