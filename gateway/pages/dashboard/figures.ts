/** Owns the figures of the dashboard as the gateway sends them, and making whole series of them. Pure. */

export interface Figures {
  readonly generated_at: string
  readonly range_minutes: number
  readonly listeners_now: number
  readonly listeners_now_by_country: readonly { readonly country: string; readonly listeners: number }[]
  readonly streams_per_minute: readonly { readonly minute: string; readonly streams: number }[]
  readonly top_tracks: readonly {
    readonly track_id: string
    readonly title: string
    readonly artist: string
    readonly streams: number
    readonly ms_played: number
  }[]
  readonly skips: {
    readonly total_streams: number
    readonly skipped_streams: number
    readonly by_position: readonly { readonly upto_s: number; readonly share: number }[]
  }
  readonly startup_ms: {
    readonly p50: number | null
    readonly p95: number | null
    readonly samples: number
    readonly per_minute: readonly {
      readonly minute: string
      readonly p50: number | null
      readonly p95?: number | null
    }[]
  }
  readonly rebuffer_ratio: number | null
  readonly artists: readonly { readonly artist_id: string; readonly name: string; readonly counted_streams: number }[]
  readonly pipeline_lag_ms: number | null
}

export interface ArtistAccount {
  readonly artist: { readonly artist_id: string; readonly name: string }
  readonly counted_streams: number
  readonly uncounted_streams: number
  readonly ms_played: number
  readonly streams: readonly {
    readonly stream_id: string
    readonly track_title: string | null
    readonly isrc: string
    readonly started_at: string
    readonly ms_played: number
    readonly territory: string
    readonly tier: string
    readonly counted: boolean
  }[]
}

const MINUTE_S = 60

/** The minutes of the range, as seconds since 1970, oldest first; the last is the one under way. */
export function minutesOf(generatedAt: string, rangeMinutes: number): number[] {
  const last = Math.floor(Date.parse(generatedAt) / 1_000 / MINUTE_S) * MINUTE_S
  return Array.from({ length: rangeMinutes }, (_, at) => last - (rangeMinutes - 1 - at) * MINUTE_S)
}

/** One value a minute: what `rows` say, `otherwise` where they say nothing. */
export function everyMinute<Row extends { readonly minute: string }>(
  minutes: readonly number[],
  rows: readonly Row[],
  value: (row: Row) => number | null | undefined,
  otherwise: 0 | null,
): (number | null)[] {
  const known = new Map(rows.map((row) => [Math.floor(Date.parse(row.minute) / 1_000 / MINUTE_S) * MINUTE_S, row]))
  return minutes.map((minute) => {
    const row = known.get(minute)
    return row === undefined ? otherwise : (value(row) ?? otherwise)
  })
}

/** The share of streams that were skipped; undefined when there were none. */
export function skippedShare(figures: Figures): number | undefined {
  const { total_streams, skipped_streams } = figures.skips
  return total_streams === 0 ? undefined : skipped_streams / total_streams
}
