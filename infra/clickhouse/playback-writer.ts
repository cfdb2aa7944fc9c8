/** Owns the writing of playback rows, each event once and each stream while it grows: of what may be there the store is asked first, in one query a table. */

import type { ClickHouseClient } from './client.ts'
import { EVENT_COLUMNS, type EventRow, eventIdentity, idHour, STREAM_COLUMNS, type StreamRow } from './playback-rows.ts'

export interface PlaybackRows {
  /** Surely not there yet, and each given before it is given again: the store is not asked about them. */
  readonly newEvents?: readonly EventRow[]
  /** They may be there. */
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
  if (streams.length > 0) await insert(client, 'streams', STREAM_COLUMNS, streams)
  const events = await unseen(client, rows)
  if (events.length > 0) await insert(client, 'playback_events', EVENT_COLUMNS, events)
  const written = streams.length + events.length
  return { written, repeated: sizeOf(rows) - written }
}

export const sizeOf = ({ newEvents = [], events, streams }: PlaybackRows): number =>
  newEvents.length + events.length + streams.length

async function unseen(
  client: ClickHouseClient,
  { newEvents = [], events }: PlaybackRows,
): Promise<readonly EventRow[]> {
  if (events.length === 0) return newEvents
  const known = new Set(newEvents.map(eventIdentity))
  const first = new Map<string, EventRow>()
  for (const row of events) {
    const identity = eventIdentity(row)
    if (!known.has(identity) && !first.has(identity)) first.set(identity, row)
  }
  if (first.size > 0) for (const found of await presentEvents(client, [...first.values()])) first.delete(found)
  return [...newEvents, ...first.values()]
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

/**
 * No event that is there has an id that was made later; of ids that are ahead by more than an hour nothing is said.
 * What another writer still had under way when it was asked may come after.
 */
export async function youngestEventMs(client: ClickHouseClient): Promise<number> {
  const found = await client.query({
    query: `WITH toStartOfHour(now('UTC')) AS hour
      SELECT greatest(toUnixTimestamp64Milli(max(UUIDv7ToDateTime(event_id, 'UTC'))), toUnixTimestamp(hour) * 1000) AS ms
      FROM playback_events WHERE id_hour BETWEEN hour AND hour + INTERVAL 1 HOUR`,
    format: 'JSONEachRow',
    clickhouse_settings: { ...SETTINGS, output_format_json_quote_64bit_integers: 0 },
  })
  const [row] = await found.json<{ ms: number }>()
  if (row === undefined) throw new Error('ClickHouse answered an aggregate without a row')
  return row.ms
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

/** Without the names of the columns in each row: they take a fifth of the time, here and there. */
async function insert<Row extends object>(
  client: ClickHouseClient,
  table: string,
  columns: readonly (keyof Row & string)[],
  rows: readonly Row[],
): Promise<void> {
  const [first = '', ...others] = columns
  await client.insert({
    table,
    columns: [first, ...others],
    values: rows.map((row) => columns.map((name) => row[name] ?? null)),
    format: 'JSONCompactEachRow',
    // The schema bounds the months; a batch may hold more of them than the default allows, if clocks are wild.
    clickhouse_settings: { ...SETTINGS, max_partitions_per_insert_block: '0' },
  })
}

const hours = (ids: readonly string[]): string =>
  [...new Set(ids.map(idHour))].map((s) => `toDateTime(${s}, 'UTC')`).join()
const quoted = (ids: readonly string[]): string => ids.map((id) => `'${id}'`).join()
