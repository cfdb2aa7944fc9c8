/** Owns the rows that the test of Superset knows, and the rollups of them: four streams, the listeners of two minutes, one stall. */

import { uuidv7 } from '../../../protocol/ids.ts'
import type { ClickHouseClient } from '../../clickhouse/client.ts'
import { dateTimeText, type EventRow, endedVersion, type StreamRow } from '../../clickhouse/playback-rows.ts'
import { writePlayback } from '../../clickhouse/playback-writer.ts'
import { rollUp } from '../../clickhouse/rollups/roll-up.ts'

export const MINUTE_MS = 60_000
export const ARTIST = '0190b5a0-0000-7000-8000-000000000001'
export const FIRST_TRACK = '0190b5a0-0000-7000-8000-000000000011'
export const SECOND_TRACK = '0190b5a0-0000-7000-8000-000000000012'

/** Two hours ago, at the beginning of a minute: within every chart's range, whatever time it is. */
export const HEARD_AT = Math.floor((Date.now() - 120 * MINUTE_MS) / MINUTE_MS) * MINUTE_MS

function who(account: string, country: string) {
  const [device_id, device_kind, plan] = ['d', 'web', 'free']
  return { account_id: account, session_id: uuidv7(HEARD_AT), device_id, device_kind, plan, country, fence: null }
}

function stream(account: string, country: string, track: string, msPlayed: number, flags: string[] = []): StreamRow {
  return {
    ...who(account, country),
    stream_id: uuidv7(HEARD_AT),
    version: endedVersion(msPlayed),
    track_id: track,
    isrc: 'ZZSEG2600001',
    artist_id: ARTIST,
    started_at: dateTimeText(HEARD_AT),
    reason_start: 'pick',
    ended_at: dateTimeText(HEARD_AT + msPlayed),
    reason_end: msPlayed < 30_000 ? 'next' : 'completed',
    ms_played: msPlayed,
    ms_claimed: msPlayed,
    ms_granted: msPlayed,
    position_ms: msPlayed,
    flags,
  }
}

function event(account: string, afterMs: number, kind: string, ms: number | null = null): EventRow {
  return {
    ...who(account, 'DE'),
    event_id: uuidv7(HEARD_AT + afterMs),
    seq: 1,
    kind,
    event_time: dateTimeText(HEARD_AT + afterMs),
    server_time: dateTimeText(HEARD_AT + afterMs),
    stream_id: uuidv7(HEARD_AT),
    position_ms: 0,
    startup_ms: kind === 'started' ? ms : null,
    stall_ms: kind === 'stalled' ? ms : null,
    buffer_ms: null,
    bitrate_kbps: null,
    reason: null,
    stale: false,
    offline: false,
  }
}

export async function insertKnownRows(client: ClickHouseClient): Promise<void> {
  const twice = stream('ann', 'DE', FIRST_TRACK, 40_000)
  // The longer end of one stream comes later: it counts once.
  await writePlayback(client, {
    streams: [{ ...twice, version: endedVersion(10_000), ms_played: 10_000 }],
    events: [],
  })
  await writePlayback(client, {
    streams: [
      twice,
      stream('ben', 'DE', FIRST_TRACK, 50_000),
      stream('cleo', 'FR', FIRST_TRACK, 5_000),
      stream('cleo', 'FR', SECOND_TRACK, 90_000, ['clock']),
    ],
    events: [
      event('ann', 0, 'started', 100),
      event('ann', 10_000, 'heartbeat'),
      event('ben', 20_000, 'started', 300),
      event('ben', 30_000, 'stalled', 1_500),
      event('cleo', MINUTE_MS, 'started', 200),
    ],
  })
  // In a minute, when all of it is surely there.
  await rollUp(client, { nowMs: Date.now() + MINUTE_MS, closeAfterMs: 60 * MINUTE_MS })
}
