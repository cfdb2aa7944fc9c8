/** Owns the panels of the dashboard that ClickHouse has the figures of: one statement each, over an hour from the rows themselves, beyond from the rollups. */

import type { ClickHouseClient } from '../client.ts'
import { SKIP_POINTS_S } from '../rollups/skip-points.ts'
import {
  type Dimension,
  type Filters,
  type Range,
  read,
  rollupOf,
  statement,
  within,
  withinHours,
} from './panel-query.ts'

/** @param isLive the range is so short that it is read from the rows as they are. */
export interface PanelQuery {
  readonly range: Range
  readonly filters: Filters
  readonly isLive: boolean
}

export interface ListenersBy {
  readonly by: Dimension | 'all'
  readonly name: string
  readonly listeners: number
}

export interface StreamsBegun {
  readonly at: string
  readonly total_streams: number
}

export interface HeardBy {
  readonly by: Dimension
  readonly name: string
  readonly total_listeners: number
  readonly total_streams: number
  readonly total_ended: number
  readonly total_countable: number
  readonly total_skipped: number
  readonly total_ms_played: number
}

export interface Heard {
  readonly id: string
  readonly listeners: number
  readonly total_streams: number
  readonly total_countable: number
  readonly total_ms_played: number
}

export interface Skips {
  readonly total_streams: number
  readonly skipped_streams: number
  /** Share of all streams that were skipped before `upto_s` seconds: it only rises. Empty while there is none. */
  readonly by_position: readonly { readonly upto_s: number; readonly share: number }[]
}

export interface Quality {
  readonly at: string
  readonly total_startups: number
  /** The median, of 95 and of 99 in a hundred; none: nothing started. */
  readonly startup_quantiles: readonly number[]
  readonly total_ms_played: number
  readonly total_stall_ms: number
  readonly rebuffer_ratio: number | null
  readonly switches_an_hour: number | null
  readonly total_failures: number
}

export interface Lag {
  readonly at: string
  readonly events: number
  /** The median, of 95 and of 99 in a hundred. */
  readonly lag_ms: readonly number[]
}

export interface Late {
  readonly hour: string
  readonly events: number
  readonly streams: number
}

/** Of all, undefined when there is nothing; and bucket by bucket. */
export interface InAllAndBy<Row> {
  readonly in_all: Row | undefined
  readonly by_bucket: readonly Row[]
}

/** What pipeline lag is of. */
const RECENT_MS = 5 * 60_000

const NOW = statement('now')
const STREAMS = { live: statement('streams-live'), rollup: statement('streams') }
const HEARD_BY = statement('heard-by')
const HEARD = { live: statement('heard-live'), rollup: statement('heard') }
const SKIPS = { live: statement('skips-live'), rollup: statement('skips') }
const QUALITY = { live: statement('quality-live'), rollup: statement('quality') }
const LAG = statement('lag')
const LATE = statement('late')

export const readNow = (client: ClickHouseClient, { filters }: PanelQuery): Promise<ListenersBy[]> =>
  read(client, NOW, filters)

export const readStreams = (
  client: ClickHouseClient,
  { range, filters, isLive }: PanelQuery,
): Promise<StreamsBegun[]> =>
  read(client, isLive ? STREAMS.live : STREAMS.rollup, {
    ...filters,
    ...(isLive ? within(range) : rollupOf('playback', range)),
  })

/** From the rollups whatever the range is. */
export const readHeardBy = (client: ClickHouseClient, { range, filters }: PanelQuery): Promise<HeardBy[]> =>
  read(client, HEARD_BY, { ...filters, ...rollupOf('playback', range) })

export function readHeard(
  client: ClickHouseClient,
  { range, filters, isLive }: PanelQuery,
  of: 'track_id' | 'artist_id',
): Promise<Heard[]> {
  return isLive
    ? read(client, HEARD.live, { ...within(range), ...filters, of })
    : read(client, HEARD.rollup, { ...filters, ...rollupOf('track', range), of })
}

/** Live of the streams that ended in the range, from the rollups of those that began in it. */
export async function readSkips(client: ClickHouseClient, { range, filters, isLive }: PanelQuery): Promise<Skips> {
  const [row] = await read<{ total_streams: number; all_skipped: number; all_skipped_upto: readonly number[] }>(
    client,
    isLive ? SKIPS.live : SKIPS.rollup,
    {
      ...filters,
      ...(isLive ? { ...within(range), upto_s: SKIP_POINTS_S } : rollupOf('playback', range)),
    },
  )
  if (row === undefined) throw new Error('ClickHouse answered an aggregate without a row')
  const { total_streams, all_skipped, all_skipped_upto } = row
  return {
    total_streams,
    skipped_streams: all_skipped,
    by_position: SKIP_POINTS_S.flatMap((upto_s, at) => {
      const skipped = all_skipped_upto[at]
      return skipped === undefined || total_streams === 0 ? [] : [{ upto_s, share: skipped / total_streams }]
    }),
  }
}

export async function readQuality(
  client: ClickHouseClient,
  { range, filters, isLive }: PanelQuery,
): Promise<InAllAndBy<Quality>> {
  return inAllAndBy(
    await read<Quality>(client, isLive ? QUALITY.live : QUALITY.rollup, {
      ...filters,
      ...(isLive ? within(range) : rollupOf('playback', range)),
    }),
  )
}

/** In all: of the last minutes before the end of the range. */
export async function readLag(client: ClickHouseClient, range: Range): Promise<InAllAndBy<Lag>> {
  const { from: recent } = within({ ...range, fromMs: range.toMs - RECENT_MS })
  return inAllAndBy(await read<Lag>(client, LAG, { ...within(range), recent }))
}

/** By the hour: of the hour in which the range begins, all. */
export const readLate = (client: ClickHouseClient, range: Range): Promise<Late[]> =>
  read(client, LATE, withinHours(range))

function inAllAndBy<Row extends { readonly at: string }>(rows: readonly Row[]): InAllAndBy<Row> {
  return { in_all: rows.find(({ at }) => at === ''), by_bucket: rows.filter(({ at }) => at !== '') }
}
