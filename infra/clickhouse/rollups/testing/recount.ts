/** Owns the slow way to the rollups: every row that was written, deduplicated and counted one by one. */

import { type EventRow, STARTED_VERSION, type StreamRow } from '../../playback-rows.ts'
import { SKIP_POINTS_S } from '../skip-points.ts'

interface WrittenRow<Table extends string, Row> {
  readonly table: Table
  readonly row: Row
  /** When it was written. */
  readonly at_ms: number
  /** The time of the event, or the start of the stream. */
  readonly happened_ms: number
  /** Of the event, or of the stream and its version. */
  readonly name: string
}
export type Written = WrittenRow<'playback_events', EventRow> | WrittenRow<'streams', StreamRow>

const floorTo = (step: number) => (ms: number) => Math.floor(ms / step) * step
export const minuteOf = floorTo(60_000)
export const hourOf = floorTo(3_600_000)
export const dayOf = floorTo(86_400_000)

interface Whole {
  listeners: number
  streams: number
  ended_streams: number
  countable_streams: number
  skipped_streams: number
  ms_played: number
  reasons_start: Record<string, number>
  reasons_end: Record<string, number>
  events: number
  startups: number
  startup_ms: readonly (number | null)[]
  stalls: number
  stall_ms: number
  bitrate_switches: number
  failures: number
  skipped_upto: readonly number[]
}
interface OfTrack {
  streams: number
  skipped_streams: number
  ms_played: number
  listeners: number
}

const nothing = (): Whole => ({
  listeners: 0,
  streams: 0,
  ended_streams: 0,
  countable_streams: 0,
  skipped_streams: 0,
  ms_played: 0,
  reasons_start: {},
  reasons_end: {},
  events: 0,
  startups: 0,
  startup_ms: [],
  stalls: 0,
  stall_ms: 0,
  bitrate_switches: 0,
  failures: 0,
  skipped_upto: [],
})

export function recount(
  written: readonly Written[],
  bucketOf: (ms: number) => number,
): { whole: Map<string, Whole>; tracks: Map<string, OfTrack> } {
  const buckets = new Map<string, { figures: Whole; accounts: Set<string>; startups: number[] }>()
  const tracks = new Map<string, { figures: OfTrack; accounts: Set<string> }>()
  const bucket = (row: EventRow | StreamRow, ms: number) => {
    const key = `${bucketOf(ms) / 1000} ${row.country} ${row.plan} ${row.device_kind}`
    const found = buckets.get(key) ?? { figures: nothing(), accounts: new Set<string>(), startups: [] }
    buckets.set(key, found)
    found.accounts.add(row.account_id)
    return found
  }

  for (const { row, happened_ms } of longestOf(written)) {
    const { figures } = bucket(row, happened_ms)
    const key = `${bucketOf(happened_ms) / 1000} ${row.track_id}`
    const ofTrack = tracks.get(key) ?? {
      figures: { streams: 0, skipped_streams: 0, ms_played: 0, listeners: 0 },
      accounts: new Set<string>(),
    }
    tracks.set(key, ofTrack)
    ofTrack.accounts.add(row.account_id)
    for (const counts of [figures, ofTrack.figures]) {
      counts.streams += 1
      counts.ms_played += row.ms_played ?? 0
      if (row.version > STARTED_VERSION && ['next', 'previous', 'pick'].includes(row.reason_end ?? ''))
        counts.skipped_streams += 1
    }
    const isSkipped = row.version > STARTED_VERSION && ['next', 'previous', 'pick'].includes(row.reason_end ?? '')
    figures.skipped_upto = SKIP_POINTS_S.map(
      (upto_s, at) => (figures.skipped_upto[at] ?? 0) + (isSkipped && (row.position_ms ?? 0) < upto_s * 1000 ? 1 : 0),
    )
    add(figures.reasons_start, row.reason_start)
    if (row.version === STARTED_VERSION) continue
    figures.ended_streams += 1
    if ((row.ms_played ?? 0) >= 30_000 && (row.flags ?? []).length === 0) figures.countable_streams += 1
    add(figures.reasons_end, row.reason_end ?? '')
  }

  for (const { row, happened_ms } of firstOf(written)) {
    const { figures, startups } = bucket(row, happened_ms)
    figures.events += 1
    if (row.kind === 'started' && row.startup_ms !== null) startups.push(Math.floor(row.startup_ms / 10) * 10)
    if (row.kind === 'stalled') {
      figures.stalls += 1
      figures.stall_ms += row.stall_ms ?? 0
    }
    if (row.kind === 'bitrate-switched') figures.bitrate_switches += 1
    if (row.kind === 'failed') figures.failures += 1
  }

  for (const { figures, accounts, startups } of buckets.values()) {
    figures.listeners = accounts.size
    figures.startups = startups.length
    figures.startup_ms = [0.5, 0.95, 0.99].map((level) => quantile(startups, level))
  }
  for (const { figures, accounts } of tracks.values()) figures.listeners = accounts.size
  return {
    whole: new Map([...buckets].map(([key, { figures }]) => [key, figures])),
    tracks: new Map([...tracks].map(([key, { figures }]) => [key, figures])),
  }
}

/** What the tables keep when their engines have merged. */
export const keptOf = (written: readonly Written[]): Written[] => [...firstOf(written), ...longestOf(written)]

function firstOf(written: readonly Written[]): WrittenRow<'playback_events', EventRow>[] {
  const first = new Map<string, WrittenRow<'playback_events', EventRow>>()
  for (const entry of written)
    if (entry.table === 'playback_events' && !first.has(entry.name)) first.set(entry.name, entry)
  return [...first.values()]
}

function longestOf(written: readonly Written[]): WrittenRow<'streams', StreamRow>[] {
  const longest = new Map<string, WrittenRow<'streams', StreamRow>>()
  for (const entry of written)
    if (entry.table === 'streams' && entry.row.version > (longest.get(entry.row.stream_id)?.row.version ?? 0))
      longest.set(entry.row.stream_id, entry)
  return [...longest.values()]
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

/** The least value with at least `level` of all at or below it, as the engine's quantileExactWeighted has it. */
function quantile(values: readonly number[], level: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(level * sorted.length) - 1)] ?? 0
}
