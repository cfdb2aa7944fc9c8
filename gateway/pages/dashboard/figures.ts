/** Owns the figures of the dashboard as the gateway sends them, and making whole series of them. Pure. */

export type Dimension = 'country' | 'plan' | 'device_kind'

export interface Quality {
  readonly at: string
  readonly total_startups: number
  /** The median, of 95 and of 99 in a hundred; none: nothing started. */
  readonly startup_quantiles: readonly number[]
  readonly total_ms_played: number
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

/** Null: hidden, as it is of few listeners or would tell a figure that is. */
type Hideable = number | null

export interface Campaign {
  readonly campaign_id: string
  readonly name: string
  readonly impressions: Hideable
  readonly reach: Hideable
  readonly frequency: number | null
  readonly quartile1: number | null
  readonly quartile2: number | null
  readonly quartile3: number | null
  readonly completion: number | null
  readonly clicks: Hideable
  /** Accounts that were served it, and those of the control group; null: there is no control group. */
  readonly treated: Hideable
  readonly control: Hideable
  readonly treated_rate: number | null
  readonly control_rate: number | null
  readonly difference: number | null
  readonly difference_low: number | null
  readonly difference_high: number | null
}

export interface FlaggedCase {
  readonly case_id: string
  readonly score: number
  readonly plan: string
  readonly last_seen: string
  readonly reason: string | null
}

export interface SessionHeard {
  readonly session_id: string
  readonly first_at: string
  readonly latest_at: string
  readonly country: string
  readonly plan: string
  readonly device_kind: string
  readonly total_streams: number
  readonly total_ms_played: number
  readonly open: boolean
}

interface Heard {
  readonly id: string
  readonly listeners: number
  readonly total_streams: number
  readonly total_ms_played: number
}

export interface Figures {
  readonly generated_at: string
  readonly range_minutes: number
  readonly step_s: number
  readonly from: string
  /** Fewer listeners than these are hidden; 1: nobody is. */
  readonly small_cells: number
  readonly listeners_now: Hideable
  readonly listeners_now_by: Readonly<
    Record<Dimension, readonly { readonly name: string; readonly listeners: Hideable }[]>
  >
  readonly streams: readonly { readonly at: string; readonly total_streams: number }[]
  readonly heard_by: Readonly<
    Record<
      Dimension,
      readonly { readonly name: string; readonly total_listeners: Hideable; readonly total_ms_played: Hideable }[]
    >
  >
  readonly top_tracks: readonly (Heard & { readonly title: string; readonly artist: string })[]
  readonly top_artists: readonly (Heard & { readonly name: string })[]
  readonly skips: {
    readonly total_streams: number
    readonly skipped_streams: number
    readonly by_position: readonly { readonly upto_s: number; readonly share: number }[]
  }
  readonly quality: { readonly in_all?: Quality; readonly by_bucket: readonly Quality[] }
  readonly lag: { readonly in_all?: Lag; readonly by_bucket: readonly Lag[] }
  readonly late: { readonly events: number; readonly streams: number }
  readonly sessions: readonly SessionHeard[]
  readonly campaigns: readonly Campaign[]
  readonly flagged: { readonly open: number; readonly cases: readonly FlaggedCase[] }
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

/** The starts of the buckets between two times, as seconds since 1970, oldest first; the last is the one under way. */
export function bucketsOf(from: string, until: string, stepS: number): number[] {
  const floor = (at: string) => Math.floor(Date.parse(at) / 1_000 / stepS) * stepS
  const first = floor(from)
  return Array.from({ length: Math.max(0, (floor(until) - first) / stepS + 1) }, (_, at) => first + at * stepS)
}

/** One value a bucket: what `rows` say, `otherwise` where they say nothing. */
export function everyBucket<Row extends { readonly at: string }>(
  buckets: readonly number[],
  rows: readonly Row[],
  value: (row: Row) => number | null | undefined,
  otherwise: 0 | null,
): (number | null)[] {
  const known = new Map(rows.map((row) => [Date.parse(row.at) / 1_000, row]))
  return buckets.map((bucket) => {
    const row = known.get(bucket)
    return row === undefined ? otherwise : (value(row) ?? otherwise)
  })
}

/** Of the bucket that is under way, what has passed of it counts: half an hour is not half as much. */
export function aMinute(
  counts: readonly (number | null)[],
  buckets: readonly number[],
  until: string,
  stepS: number,
): (number | null)[] {
  const untilS = Date.parse(until) / 1_000
  return counts.map((count, at) => {
    // Of a bucket of a minute the count is what was begun until now.
    const passedS = Math.max(60, Math.min(stepS, untilS - (buckets[at] ?? untilS)))
    return count === null ? null : count / (passedS / 60)
  })
}

/** The share of streams that were skipped; undefined when there were none. */
export function skippedShare({ skips: { total_streams, skipped_streams } }: Figures): number | undefined {
  return total_streams === 0 ? undefined : skipped_streams / total_streams
}
