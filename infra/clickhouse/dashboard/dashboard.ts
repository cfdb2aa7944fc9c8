/** Owns what the live dashboard shows of ClickHouse: its panels, read together, one query each. Names belong to PostgreSQL. */

import type { ClickHouseClient } from '../client.ts'
import { bucketsOf, type Dimension, type Filters, type Range, wholeBuckets } from './panel-query.ts'
import {
  type Heard,
  type HeardBy,
  type InAllAndBy,
  type Lag,
  type ListenersBy,
  type PanelQuery,
  type Quality,
  readHeard,
  readHeardBy,
  readLag,
  readLate,
  readNow,
  readQuality,
  readSkips,
  readStreams,
  type Skips,
  type StreamsBegun,
} from './panels.ts'
import { readSessions, type SessionHeard } from './sessions.ts'

export interface DashboardQuery {
  readonly minutes: number
  readonly filters: Filters
}

export interface Dashboard {
  readonly generated_at: string
  readonly range_minutes: number
  /** The length of the buckets of streams and quality, and the start of the first. */
  readonly step_s: number
  readonly from: string
  readonly filters: Filters
  readonly listeners_now: number
  readonly listeners_now_by: Readonly<Record<Dimension, readonly ListenersBy[]>>
  readonly streams: readonly StreamsBegun[]
  readonly heard_by: Readonly<Record<Dimension, readonly HeardBy[]>>
  readonly top_tracks: readonly Heard[]
  readonly top_artists: readonly Heard[]
  readonly skips: Skips
  readonly quality: InAllAndBy<Quality>
  /** Of the last hour, and in all of the last five minutes, whatever the range is. */
  readonly lag: InAllAndBy<Lag>
  /** What came after its hour had closed. */
  readonly late: { readonly events: number; readonly streams: number }
  readonly sessions: readonly SessionHeard[]
}

const MINUTE_MS = 60_000
/** Up to here a range is read from the rows as they are. */
export const LIVE_MINUTES = 60

/** @param minutes how far back the panels look, the minute under way included; "now" panels look back a minute whatever it is. */
export async function readDashboard(
  client: ClickHouseClient,
  { minutes, filters }: DashboardQuery,
  nowMs: number,
): Promise<Dashboard> {
  const query = panelQuery(minutes, filters, nowMs)
  const { range } = query
  const lastHour = { fromMs: nowMs - LIVE_MINUTES * MINUTE_MS, toMs: range.toMs }
  const [now, streams, heardBy, topTracks, topArtists, skips, quality, lag, late, sessions] = await Promise.all([
    readNow(client, query),
    readStreams(client, query),
    readHeardBy(client, query),
    readHeard(client, query, 'track_id'),
    readHeard(client, query, 'artist_id'),
    readSkips(client, query),
    readQuality(client, query),
    readLag(client, lastHour),
    readLate(client, range),
    readSessions(client, range, filters),
  ])
  const sum = (count: (hour: (typeof late)[number]) => number) => late.reduce((total, hour) => total + count(hour), 0)
  return {
    generated_at: new Date(nowMs).toISOString(),
    range_minutes: minutes,
    step_s: bucketsOf(range).stepMs / 1_000,
    from: new Date(range.fromMs).toISOString(),
    filters,
    listeners_now: now.find(({ by }) => by === 'all')?.listeners ?? 0,
    listeners_now_by: byDimension(now),
    streams,
    heard_by: byDimension(heardBy),
    top_tracks: topTracks,
    top_artists: topArtists,
    skips,
    quality,
    lag,
    late: { events: sum(({ events }) => events), streams: sum(({ streams: some }) => some) },
    sessions,
  }
}

function panelQuery(minutes: number, filters: Filters, nowMs: number): PanelQuery {
  // A clock may be ahead of this one.
  const asked: Range = { fromMs: nowMs - (minutes - 1) * MINUTE_MS, toMs: nowMs + MINUTE_MS }
  return { range: wholeBuckets(asked), filters, isLive: minutes <= LIVE_MINUTES }
}

function byDimension<Row extends { readonly by: string }>(rows: readonly Row[]): Record<Dimension, Row[]> {
  const of = (dimension: Dimension) => rows.filter(({ by }) => by === dimension)
  return { country: of('country'), plan: of('plan'), device_kind: of('device_kind') }
}
