import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { uuidv7 } from '../../../protocol/ids.ts'
import { readEnv } from '../../runtime/env.ts'
import { Secret } from '../../runtime/secret.ts'
import { type ClickHouseClient, createClickHouse } from '../client.ts'
import { type ClickHouseConfig, clickhouseConfig } from '../config.ts'
import { migrateClickHouse } from '../migrate.ts'
import { dateTimeText, type EventRow, endedVersion, STARTED_VERSION, type StreamRow } from '../playback-rows.ts'
import { writePlayback } from '../playback-writer.ts'
import { SILENT_EVENT } from '../testing/silent-event.ts'
import { readDashboard } from './dashboard.ts'
import { type Filters, UNFILTERED } from './panel-query.ts'

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
    fence: null,
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
  ...SILENT_EVENT,
  ...fields,
})

describe('schema', () => {
  it('is applied once', async () => {
    expect(await migrateClickHouse(config)).toEqual([])
  })
})

const HOUR = { minutes: 60, filters: UNFILTERED }
const only = (filters: Partial<Filters>, minutes = 60) =>
  readDashboard(client, { minutes, filters: { ...UNFILTERED, ...filters } }, now)
/** Some versions of ClickHouse give a row for all of nothing, some none. */
const isEmpty = (row: { readonly total_startups: number } | undefined) => (row?.total_startups ?? 0) === 0

describe('dashboard', () => {
  it('is whole and honest when nothing was ever heard', async () => {
    const nothing = { country: [], plan: [], device_kind: [] }
    expect(await readDashboard(client, HOUR, now)).toEqual({
      generated_at: expect.any(String),
      range_minutes: 60,
      step_s: 60,
      from: expect.stringMatching(/:00\.000Z$/),
      filters: UNFILTERED,
      listeners_now: 0,
      listeners_now_by: nothing,
      streams: [],
      heard_by: nothing,
      top_tracks: [],
      top_artists: [],
      skips: { total_streams: 0, skipped_streams: 0, by_position: [] },
      quality: { in_all: expect.toSatisfy(isEmpty), by_bucket: [] },
      lag: { in_all: undefined, by_bucket: [] },
      late: { events: 0, streams: 0 },
      sessions: [],
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
        saw(openAndSilent, 10_000, { stale: true }),
        saw(skippedSoon, 5 * MINUTE_MS, { kind: 'started', startup_ms: 100 }),
        saw(heard, 4 * MINUTE_MS, { kind: 'started', startup_ms: 300 }),
        saw(heard, 4 * MINUTE_MS, { kind: 'stalled', stall_ms: 10_000 }),
        saw(play('gil', MINUTE_MS), MINUTE_MS, { kind: 'started', startup_ms: 5, offline: true }),
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

    const dashboard = await readDashboard(client, HOUR, now)
    expect(dashboard).toMatchObject({
      // Cyd by her events, Ann by her new stream; Dan has been silent for too long, but for what is stale.
      listeners_now: 2,
      listeners_now_by: {
        country: [
          { name: 'DE', listeners: 1 },
          { name: 'FR', listeners: 1 },
        ],
        plan: [{ name: 'free', listeners: 2 }],
        device_kind: [{ name: 'web', listeners: 2 }],
      },
      top_tracks: [
        { id: trackA, total_streams: 5, total_ms_played: 150_000 },
        { id: trackB, total_streams: 1, total_ms_played: 40_000 },
      ],
      // The one that ended now though it began before the range belongs to it.
      skips: { total_streams: 4, skipped_streams: 2 },
      quality: { in_all: { total_startups: 2, startup_quantiles: [300, 300, 300], rebuffer_ratio: 10_000 / 200_000 } },
    })
    expect(dashboard.skips.by_position.slice(0, 4)).toEqual([
      { upto_s: 5, share: 0.25 },
      { upto_s: 10, share: 0.25 },
      { upto_s: 30, share: 0.25 },
      { upto_s: 60, share: 0.5 },
    ])
    const medians = dashboard.quality.by_bucket.flatMap(({ startup_quantiles }) => startup_quantiles.slice(0, 1))
    expect(medians).toEqual([100, 300])
    const minute = (ago: number) => `${new Date(now - ago).toISOString().slice(0, 16)}:00Z`
    expect(dashboard.streams).toContainEqual({ at: minute(4 * MINUTE_MS), total_streams: 2 })
    expect(dashboard.streams.reduce((sum, { total_streams }) => sum + total_streams, 0)).toBe(6)
    expect(dashboard.lag.in_all?.events).toBe(8)
    expect(dashboard.sessions).toHaveLength(6)
    expect(dashboard.sessions[0]).toMatchObject({ country: 'DE', plan: 'free', total_streams: 1, open: true })
  })

  it('is of one country, plan or kind of device when one is named', async () => {
    const french = await only({ country: 'FR' })
    expect(french).toMatchObject({
      listeners_now: 1,
      top_tracks: [{ id: trackA, total_streams: 1 }],
      skips: { total_streams: 0 },
      sessions: [{ country: 'FR' }],
    })
    expect(french.streams).toHaveLength(1)
    expect(isEmpty(french.quality.in_all)).toBe(true)
    for (const filters of [{ plan: 'family' }, { device_kind: 'car' }])
      expect(await only(filters)).toMatchObject({
        listeners_now: 0,
        streams: [],
        top_tracks: [],
        top_artists: [],
        skips: { total_streams: 0 },
        sessions: [],
      })
    expect((await only({ plan: 'free', device_kind: 'web' })).listeners_now).toBe(2)
  })

  it('does not take for the latest session what is said to be of tomorrow', async () => {
    const before = (await only({})).sessions
    await writePlayback(client, { streams: [play('fay', -24 * 60 * MINUTE_MS)], events: [] })
    expect((await only({})).sessions).toEqual(before)
  })

  it('tells nobody’s account and device', async () => {
    const text = JSON.stringify(await readDashboard(client, HOUR, now))
    for (const raw of ['ann', 'ben', 'cyd', 'dan', 'account', 'device_id']) expect(text).not.toContain(raw)
  })

  it.each([60, 360, 7 * 1_440])('asks once a panel: %i minutes', async (minutes) => {
    let asked = 0
    const counting = {
      query: (wanted: Parameters<ClickHouseClient['query']>[0]) => {
        asked += 1
        return client.query(wanted)
      },
    } as ClickHouseClient
    await readDashboard(counting, { minutes, filters: UNFILTERED }, now)
    expect(asked).toBe(10)
  })

  it('counts an event that was written twice once', async () => {
    const stream = play('fay', 60_000)
    const event = saw(stream, 60_000, { kind: 'started', startup_ms: 200 })
    const startups = async () => (await readDashboard(client, HOUR, now)).quality.in_all?.total_startups ?? 0
    const before = await startups()
    // Past the check, as two processes could in the same instant.
    for (let i = 0; i < 2; i++)
      await client.insert({ table: 'playback_events', values: [event], format: 'JSONEachRow' })
    expect(await startups()).toBe(before + 1)
  })
})
