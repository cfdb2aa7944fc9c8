/** Owns what the live dashboard shows of ClickHouse: one SQL file a panel, read together. Names belong to PostgreSQL. */

import { readFileSync } from 'node:fs'
import type { ClickHouseClient } from '../client.ts'

export interface Dashboard {
  readonly generated_at: string
  readonly range_minutes: number
  readonly listeners_now: number
  readonly listeners_now_by_country: readonly { readonly country: string; readonly listeners: number }[]
  readonly streams_per_minute: readonly { readonly minute: string; readonly streams: number }[]
  readonly top_tracks: readonly { readonly track_id: string; readonly streams: number; readonly ms_played: number }[]
  readonly skips: {
    readonly total_streams: number
    readonly skipped_streams: number
    /** Share of all streams that were skipped before `upto_s` seconds: it only rises. Empty while there is none. */
    readonly by_position: readonly { readonly upto_s: number; readonly share: number }[]
  }
  readonly startup_ms: {
    /** Null while there is no sample. */
    readonly p50: number | null
    readonly p95: number | null
    readonly samples: number
    readonly per_minute: readonly { readonly minute: string; readonly p50: number; readonly p95: number }[]
  }
  /** Stalled by stalled and played, 0 to 1; null while nothing was played to its end. */
  readonly rebuffer_ratio: number | null
  /** 95th percentile of the last five minutes; null when nothing came. */
  readonly pipeline_lag_ms: number | null
}

/** Where the curve of skips has its points. The anchors are 5 s and 30 s. */
const SKIPPED_UPTO_S = [5, 10, 30, 60, 120, 180, 240]

const panel = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8')
const PANELS = {
  listenersNow: panel('listeners-now'),
  listenersTotal: panel('listeners-total'),
  streamsPerMinute: panel('streams-per-minute'),
  topTracks: panel('top-tracks'),
  skips: panel('skips'),
  startup: panel('startup'),
  startupPerMinute: panel('startup-per-minute'),
  rebuffering: panel('rebuffering'),
  pipelineLag: panel('pipeline-lag'),
} as const

/** @param minutes how far back the panels look; "now" panels look back a minute whatever it is. */
export async function readDashboard(client: ClickHouseClient, minutes: number): Promise<Dashboard> {
  const rows = async <Row>(query: string): Promise<Row[]> => {
    const result = await client.query({
      query,
      format: 'JSONEachRow',
      query_params: { minutes, upto_s: SKIPPED_UPTO_S },
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0, max_execution_time: 20 },
    })
    return result.json<Row>()
  }
  const row = async <Row>(query: string): Promise<Row> => {
    const [first] = await rows<Row>(query)
    if (first === undefined) throw new Error('ClickHouse answered an aggregate without a row')
    return first
  }

  const [countries, total, perMinute, tracks, skips, startup, startupPerMinute, rebuffering, lag] = await Promise.all([
    rows<{ country: string; listeners: number }>(PANELS.listenersNow),
    row<{ listeners: number }>(PANELS.listenersTotal),
    rows<{ minute: string; streams: number }>(PANELS.streamsPerMinute),
    rows<{ track_id: string; streams: number; ms_played: number }>(PANELS.topTracks),
    row<{ total_streams: number; skipped_streams: number; skipped_upto: readonly number[] }>(PANELS.skips),
    row<{ p50: number | null; p95: number | null; samples: number }>(PANELS.startup),
    rows<{ minute: string; p50: number; p95: number }>(PANELS.startupPerMinute),
    row<{ played_ms: number | null; stalled_ms: number | null }>(PANELS.rebuffering),
    row<{ p95_ms: number | null }>(PANELS.pipelineLag),
  ])

  const stalledMs = rebuffering.stalled_ms ?? 0
  const heardMs = rebuffering.played_ms ?? 0
  return {
    generated_at: new Date().toISOString(),
    range_minutes: minutes,
    listeners_now: total.listeners,
    listeners_now_by_country: countries,
    streams_per_minute: perMinute,
    top_tracks: tracks,
    skips: {
      total_streams: skips.total_streams,
      skipped_streams: skips.skipped_streams,
      by_position: SKIPPED_UPTO_S.flatMap((upto_s, at) => {
        const skipped = skips.skipped_upto[at]
        return skipped === undefined ? [] : [{ upto_s, share: skipped / skips.total_streams }]
      }),
    },
    startup_ms: { p50: startup.p50, p95: startup.p95, samples: startup.samples, per_minute: startupPerMinute },
    rebuffer_ratio: stalledMs + heardMs === 0 ? null : stalledMs / (stalledMs + heardMs),
    pipeline_lag_ms: lag.p95_ms,
  }
}
