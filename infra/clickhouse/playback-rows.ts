/** Owns the rows of playback as ClickHouse has them, and their identities. */

/** `YYYY-MM-DD hh:mm:ss.mmm` in UTC. */
export type DateTimeText = string

interface WhoRow {
  readonly account_id: string
  readonly session_id: string
  readonly device_id: string
  readonly device_kind: string
  readonly plan: string
  readonly country: string
}

/** A row of `playback_events`. */
export interface EventRow extends WhoRow {
  readonly event_id: string
  readonly seq: number
  readonly kind: string
  readonly event_time: DateTimeText
  readonly server_time: DateTimeText
  readonly stream_id: string
  readonly position_ms: number
  readonly startup_ms: number | null
  readonly stall_ms: number | null
  readonly buffer_ms: number | null
  readonly bitrate_kbps: number | null
  /** CMCD `tb`, `mtp`, `bs` and `su`; none: the player did not say. */
  readonly top_kbps?: number | undefined
  readonly throughput_kbps?: number | undefined
  readonly starved?: boolean | undefined
  readonly starting?: boolean | undefined
  readonly reason: string | null
  /** Of the lease; null: the player did not say. */
  readonly fence: number | null
  readonly stale: boolean
  readonly offline: boolean
}

/** A row of `streams`: one when it starts, one for each end. The one with the greatest version stays. */
export interface StreamRow extends WhoRow {
  readonly stream_id: string
  /** {@link STARTED_VERSION} or {@link endedVersion}. */
  readonly version: number
  readonly track_id: string
  readonly isrc: string
  readonly artist_id: string
  readonly started_at: DateTimeText
  readonly reason_start: string
  /** Of the lease that it was played under; null in records of before there was one. */
  readonly fence: number | null
  readonly ended_at?: DateTimeText
  readonly reason_end?: string
  readonly ms_played?: number
  readonly ms_claimed?: number
  readonly ms_granted?: number
  readonly position_ms?: number
  readonly flags?: readonly string[]
}

const WHO_COLUMNS = ['account_id', 'session_id', 'device_id', 'device_kind', 'plan', 'country'] as const
/** Each of a row's, as the compiler sees to. */
export const EVENT_COLUMNS = columnsOf<EventRow>()([
  ...WHO_COLUMNS,
  ...(['event_id', 'seq', 'kind', 'event_time', 'server_time', 'stream_id', 'position_ms', 'startup_ms'] as const),
  ...(['stall_ms', 'buffer_ms', 'bitrate_kbps', 'top_kbps', 'throughput_kbps', 'starved', 'starting'] as const),
  ...(['reason', 'fence', 'stale', 'offline'] as const),
])
export const STREAM_COLUMNS = columnsOf<StreamRow>()([
  ...WHO_COLUMNS,
  ...(['stream_id', 'version', 'track_id', 'isrc', 'artist_id', 'started_at', 'reason_start', 'fence'] as const),
  ...(['ended_at', 'reason_end', 'ms_played', 'ms_claimed', 'ms_granted', 'position_ms', 'flags'] as const),
])

function columnsOf<Row>() {
  return <const Names extends readonly (keyof Row & string)[]>(
    names: Names & ([keyof Row] extends [Names[number]] ? unknown : never),
  ): readonly (keyof Row & string)[] => names
}

/** What makes two rows one event: the account cannot be told from the id, and ids are made by clients. */
export const eventIdentity = (row: Pick<EventRow, 'account_id' | 'event_id'>): string =>
  `${row.event_id} ${row.account_id}`

export const STARTED_VERSION = 1

/** The longest end of a stream stays, of equal ones the first: `royalty_streams` in PostgreSQL has the same rule. */
export const endedVersion = (msPlayed: number): number => STARTED_VERSION + 1 + msPlayed

const HOUR_MS = 3_600_000
const FIRST_MS = Date.UTC(2024, 0)
const LAST_MS = Date.UTC(2044, 0)

/** The column `id_hour` of an event id, in seconds since 1970: what `schema/001.playback-events.sql` computes. */
export function idHour(uuid: string): number {
  if (uuid[14] !== '7') return 0
  const ms = Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)
  return ms < FIRST_MS || ms > LAST_MS ? 0 : (Math.floor(ms / HOUR_MS) * HOUR_MS) / 1000
}

export function dateTimeText(ms: number): DateTimeText {
  return new Date(ms).toISOString().slice(0, -1).replace('T', ' ')
}
