/** Owns the way from playback records to ClickHouse's rows. */

import {
  dateTimeText,
  type EventRow,
  endedVersion,
  STARTED_VERSION,
  type StreamRow,
} from '../../infra/clickhouse/playback-rows.ts'
import type { PlaybackRows } from '../../infra/clickhouse/playback-writer.ts'
import type {
  PlaybackRecord,
  StreamEnded,
  StreamStarted,
  TelemetryRecord,
} from '../../protocol/events/playback-record.ts'
import { cleanText } from '../playback-record.ts'

/** @param isNew whether an event is surely not in the store yet; when it is not said, any may be. */
export function rowsOf(
  records: readonly PlaybackRecord[],
  isNew: (id: string, receivedMs: number) => boolean = () => false,
): PlaybackRows {
  const newEvents: EventRow[] = []
  const events: EventRow[] = []
  const streams: StreamRow[] = []
  for (const record of records) {
    switch (record.type) {
      case 'telemetry':
        for (const row of eventRows(record)) (isNew(row.event_id, record.received_at_ms) ? newEvents : events).push(row)
        break
      case 'stream-started':
        streams.push(startedRow(record))
        break
      case 'stream-ended':
        streams.push(endedRow(record))
        break
      case 'ad-served':
      case 'ad-withheld':
      case 'ad-ended':
        // The worker `ads` writes those: an advertisement is no stream of a track.
        break
    }
  }
  return { newEvents, events, streams }
}

function who({ account_id, session_id, device_id, device_kind, plan, country }: PlaybackRecord) {
  return { account_id: cleanText(account_id), session_id, device_id: cleanText(device_id), device_kind, plan, country }
}

function eventRows(record: TelemetryRecord): EventRow[] {
  const shared = { ...who(record), server_time: dateTimeText(record.received_at_ms) }
  return record.events.map((event) => ({
    ...shared,
    event_id: event.id,
    seq: event.seq,
    kind: event.kind,
    event_time: dateTimeText(event.at_ms),
    stream_id: event.stream_id,
    position_ms: event.position_ms,
    startup_ms: event.startup_ms ?? null,
    stall_ms: event.stall_ms ?? null,
    buffer_ms: event.buffer_ms ?? null,
    bitrate_kbps: event.bitrate_kbps ?? null,
    top_kbps: event.top_kbps,
    throughput_kbps: event.throughput_kbps,
    starved: event.starved,
    starting: event.starting,
    reason: event.reason === undefined ? null : cleanText(event.reason),
    fence: event.fence ?? null,
    stale: event.stale ?? false,
    offline: event.offline ?? false,
  }))
}

function playing(record: StreamStarted | StreamEnded) {
  return {
    ...who(record),
    stream_id: record.stream_id,
    track_id: record.track_id,
    isrc: record.isrc,
    artist_id: record.artist_id,
    started_at: dateTimeText(record.started_at_ms),
    reason_start: record.reason_start,
    fence: record.fence ?? null,
  }
}

function startedRow(record: StreamStarted): StreamRow {
  return { ...playing(record), version: STARTED_VERSION }
}

function endedRow(record: StreamEnded): StreamRow {
  const { reason_end, ms_played, ms_claimed, ms_granted, position_ms, flags } = record
  return {
    ...playing(record),
    version: endedVersion(ms_played),
    ended_at: dateTimeText(record.ended_at_ms),
    reason_end,
    ms_played,
    ms_claimed,
    ms_granted,
    position_ms,
    flags,
  }
}
