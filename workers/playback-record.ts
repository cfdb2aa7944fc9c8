/** Owns reading a record of `playback.events` so that every store can hold it: shape, times in range, clean text. */

import type { PlaybackRecord } from '../protocol/events/playback-record.ts'
import { decodeRecord } from '../protocol/events/record-codec.ts'

/** Stores disagree on times outside of these years, and nothing was heard then. */
const FIRST_MS = Date.UTC(2000, 0)
const LAST_MS = Date.UTC(2100, 0)

/** @throws {Error} saying what is wrong, when no later attempt could read it either. */
export function readRecord(value: Uint8Array | null): PlaybackRecord {
  if (value === null) throw new Error('not a playback record: it is empty')
  const record = decodeRecord(value)
  for (const ms of timesOf(record)) {
    if (ms < FIRST_MS || ms > LAST_MS) throw new Error(`not a playback record: ${ms} ms is not a time of this century`)
  }
  return record
}

function timesOf(record: PlaybackRecord): number[] {
  switch (record.type) {
    case 'telemetry':
      return [record.received_at_ms, ...record.events.map((event) => event.at_ms)]
    case 'stream-started':
      return [record.started_at_ms]
    case 'stream-ended':
      return [record.started_at_ms, record.ended_at_ms]
  }
}

/** Text chosen by a client, without what PostgreSQL (NUL) or a JSON parser (half a surrogate pair) refuses. */
export function cleanText(text: string): string {
  return text.replaceAll(/\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
}
