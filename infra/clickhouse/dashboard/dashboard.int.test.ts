import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { uuidv7 } from '../../../protocol/ids.ts'
import { readEnv } from '../../runtime/env.ts'
import { Secret } from '../../runtime/secret.ts'
import { type ClickHouseClient, createClickHouse } from '../client.ts'
import { type ClickHouseConfig, clickhouseConfig } from '../config.ts'
import { migrateClickHouse } from '../migrate.ts'
import { dateTimeText, type EventRow, endedVersion, STARTED_VERSION, type StreamRow } from '../playback-rows.ts'
import { writePlayback } from '../playback-writer.ts'
import { readDashboard } from './dashboard.ts'

let config: ClickHouseConfig
let client: ClickHouseClient

/** A database of its own: the figures are exact. */
beforeAll(async () => {
  const url = new URL(readEnv(inject('stackEnv'), clickhouseConfig).url.reveal())
  url.pathname = '/dashboard_test'
  config = { url: new Secret(url.href) }
  await migrateClickHouse(config)
  client = createClickHouse(config)
})
afterAll(async () => {
  await client.command({ query: 'DROP DATABASE dashboard_test' })
  await client.close()
})

const MINUTE_MS = 60_000
const now = Date.now()
const [trackA, trackB] = [uuidv7(now), uuidv7(now)]
const who = (account_id: string, country = 'DE') => ({
  account_id,
  session_id: uuidv7(now),
  device_id: 'd',
  device_kind: 'web',
  plan: 'free',
  country,
})

function play(account: string, agoMs: number, fields: Partial<StreamRow> = {}): StreamRow {
  return {
    ...who(account),
    stream_id: uuidv7(now - agoMs),
    version: STARTED_VERSION,
    track_id: trackA,
    isrc: 'ZZSEG2600001',
    artist_id: uuidv7(now),
    started_at: dateTimeText(now - agoMs),
    reason_start: 'pick',
    ...fields,
  }
}
const ending = (stream: StreamRow, reason_end: string, position_ms: number): StreamRow => ({
  ...stream,
  version: endedVersion(position_ms),
  ended_at: dateTimeText(now - 1_000),
  reason_end,
  ms_played: position_ms,
  ms_claimed: position_ms,
  ms_granted: position_ms,
  position_ms,
  flags: [],
})
const saw = (stream: StreamRow, agoMs: number, fields: Partial<EventRow>): EventRow => ({
  ...who(stream.account_id, stream.country),
  event_id: uuidv7(now - agoMs),
  seq: 1,
  kind: 'position',
  event_time: dateTimeText(now - agoMs),
  server_time: dateTimeText(now - agoMs),
  stream_id: stream.stream_id,
  position_ms: 0,
  startup_ms: null,
  stall_ms: null,
  buffer_ms: null,
  bitrate_kbps: null,
  reason: null,
  ...fields,
})

describe('schema', () => {
  it('is applied once', async () => {
    expect(await migrateClickHouse(config)).toEqual([])
  })
})

describe('dashboard', () => {
  it('is whole and honest when nothing was ever heard', async () => {
    expect(await readDashboard(client, 60)).toEqual({
      generated_at: expect.any(String),
      range_minutes: 60,
      listeners_now: 0,
      listeners_now_by_country: [],
      streams_per_minute: [],
      top_tracks: [],
      skips: { total_streams: 0, skipped_streams: 0, by_position: [] },
      startup_ms: { p50: null, p95: null, samples: 0, per_minute: [] },
      rebuffer_ratio: null,
      pipeline_lag_ms: null,
    })
  })

  it('counts what it says', async () => {
    const skippedSoon = play('ann', 5 * MINUTE_MS)
    const skippedLater = play('ann', 4 * MINUTE_MS, { track_id: trackB })
    const heard = play('ben', 4 * MINUTE_MS)
    const openAndSeen = play('cyd', 3 * MINUTE_MS, { country: 'FR' })
    const openAndSilent = play('dan', 3 * MINUTE_MS)
    const justBegun = play('ann', 2_000)
    const longAgo = play('eve', 90 * MINUTE_MS)
    await writePlayback(client, {
      streams: [skippedSoon, skippedLater, heard, openAndSeen, openAndSilent, justBegun, longAgo],
      events: [
        saw(openAndSeen, 10_000, {}),
        saw(openAndSilent, 2 * MINUTE_MS, {}),
        saw(skippedSoon, 5 * MINUTE_MS, { kind: 'started', startup_ms: 100 }),
        saw(heard, 4 * MINUTE_MS, { kind: 'started', startup_ms: 300 }),
        saw(heard, 4 * MINUTE_MS, { kind: 'stalled', stall_ms: 10_000 }),
        saw(longAgo, 90 * MINUTE_MS, { kind: 'started', startup_ms: 90_000 }),
      ],
    })
    await writePlayback(client, {
      streams: [
        ending(skippedSoon, 'next', 4_000),
        ending(skippedLater, 'pick', 40_000),
        ending(heard, 'completed', 146_000),
        ending(longAgo, 'lost', 0),
      ],
      events: [],
    })

    const dashboard = await readDashboard(client, 60)
    expect(dashboard).toMatchObject({
      // Cyd by her events, Ann by her new stream; Dan has been silent for too long.
      listeners_now: 2,
      listeners_now_by_country: [
        { country: 'DE', listeners: 1 },
        { country: 'FR', listeners: 1 },
      ],
      top_tracks: [
        { track_id: trackA, streams: 5, ms_played: 150_000 },
        { track_id: trackB, streams: 1, ms_played: 40_000 },
      ],
      // The one that ended now though it began before the range belongs to it.
      skips: { total_streams: 4, skipped_streams: 2 },
      startup_ms: { samples: 2, p95: 300 },
      rebuffer_ratio: 10_000 / 200_000,
    })
    expect(dashboard.skips.by_position.slice(0, 4)).toEqual([
      { upto_s: 5, share: 0.25 },
      { upto_s: 10, share: 0.25 },
      { upto_s: 30, share: 0.25 },
      { upto_s: 60, share: 0.5 },
    ])
    expect(dashboard.startup_ms.per_minute.map(({ p50 }) => p50)).toEqual([100, 300])
    const minute = (ago: number) => `${new Date(now - ago).toISOString().slice(0, 16)}:00Z`
    expect(dashboard.streams_per_minute).toContainEqual({ minute: minute(4 * MINUTE_MS), streams: 2 })
    expect(dashboard.streams_per_minute.reduce((sum, { streams }) => sum + streams, 0)).toBe(6)
    expect(dashboard.pipeline_lag_ms).toBeGreaterThan(0)
  })

  it('counts an event that was written twice once', async () => {
    const stream = play('fay', 60_000)
    const event = saw(stream, 60_000, { kind: 'started', startup_ms: 200 })
    const before = (await readDashboard(client, 60)).startup_ms.samples
    // Past the check, as two processes could in the same instant.
    for (let i = 0; i < 2; i++)
      await client.insert({ table: 'playback_events', values: [event], format: 'JSONEachRow' })
    expect((await readDashboard(client, 60)).startup_ms.samples).toBe(before + 1)
  })
})
