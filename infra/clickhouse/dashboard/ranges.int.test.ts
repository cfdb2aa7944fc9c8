import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { uuidv7 } from '../../../protocol/ids.ts'
import { readEnv } from '../../runtime/env.ts'
import { Secret } from '../../runtime/secret.ts'
import { type ClickHouseClient, createClickHouse } from '../client.ts'
import { clickhouseConfig } from '../config.ts'
import { migrateClickHouse } from '../migrate.ts'
import { dateTimeText, type EventRow, endedVersion, STARTED_VERSION, type StreamRow } from '../playback-rows.ts'
import { rollUp } from '../rollups/roll-up.ts'
import { SILENT_EVENT } from '../testing/silent-event.ts'
import { type Filters, type Range, UNFILTERED } from './panel-query.ts'
import { readHeard, readHeardBy, readLag, readLate, readQuality, readSkips, readStreams } from './panels.ts'
import { readSessionTimeline } from './sessions.ts'

let client: ClickHouseClient

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Noon of yesterday, so that a day and an hour hold all of it. */
const NOON_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 12 * HOUR_MS
const [SESSION, ARTIST, OTHER, TRACK] = [1, 2, 3, 4].map(() => uuidv7(NOON_MS)) as [string, string, string, string]

const who = (account_id: string, country: string) => ({
  account_id,
  session_id: account_id === 'ann' ? SESSION : uuidv7(NOON_MS),
  device_id: 'd',
  device_kind: 'web',
  plan: 'free',
  country,
})
function played(
  account: string,
  country: string,
  artist_id: string,
  seconds: number,
  reason_end = 'completed',
): StreamRow {
  const ms_played = seconds * 1000
  return {
    ...who(account, country),
    stream_id: uuidv7(NOON_MS),
    version: endedVersion(ms_played),
    track_id: TRACK,
    isrc: 'ZZSEG2600001',
    artist_id,
    started_at: dateTimeText(NOON_MS),
    reason_start: 'pick',
    fence: null,
    ended_at: dateTimeText(NOON_MS + ms_played),
    reason_end,
    ms_played,
    ms_claimed: ms_played,
    ms_granted: ms_played,
    position_ms: ms_played,
    flags: [],
  }
}
const saw = (stream: StreamRow, afterMs: number, fields: Partial<EventRow>): EventRow => ({
  ...who(stream.account_id, stream.country),
  event_id: uuidv7(NOON_MS + afterMs),
  seq: 1,
  kind: 'position',
  event_time: dateTimeText(NOON_MS + afterMs),
  server_time: dateTimeText(NOON_MS + afterMs),
  stream_id: stream.stream_id,
  ...SILENT_EVENT,
  position_ms: afterMs,
  ...fields,
})

const ann = played('ann', 'DE', ARTIST, 90)
const ben = played('ben', 'DE', ARTIST, 10, 'next')
const cyd = played('cyd', 'FR', OTHER, 180)

beforeAll(async () => {
  const url = new URL(readEnv(inject('stackEnv'), clickhouseConfig).url.reveal())
  url.pathname = '/ranges_test'
  const config = { url: new Secret(url.href) }
  await migrateClickHouse(config)
  client = createClickHouse(config)
  const streams = [
    { ...ann, version: STARTED_VERSION, ended_at: null, reason_end: null, ms_played: null },
    ann,
    ann,
    ben,
    cyd,
  ]
  await client.insert({ table: 'streams', values: streams, format: 'JSONEachRow' })
  const events = [
    saw(ann, 300, { kind: 'started', startup_ms: 300, bitrate_kbps: 160 }),
    saw(ann, 20_000, { kind: 'stalled', stall_ms: 10_000 }),
    saw(ann, 40_000, { kind: 'bitrate-switched', bitrate_kbps: 320 }),
    saw(cyd, 800, { kind: 'started', startup_ms: 800 }),
    saw(cyd, 9_000, { kind: 'failed', reason: 'decode' }),
  ]
  const written = (row: EventRow, lagMs: number) => ({
    ...row,
    ingested_at: dateTimeText(Date.parse(`${row.server_time.replace(' ', 'T')}Z`) + lagMs),
  })
  await client.insert({
    table: 'playback_events',
    values: events.map((row, i) => written(row, 100 * (i + 1))),
    format: 'JSONEachRow',
  })
  await client.insert({
    table: 'late_events',
    values: [1, 2].map((n) => ({
      arrived_hour: dateTimeText(NOON_MS).slice(0, -4),
      hour: dateTimeText(NOON_MS - DAY_MS).slice(0, -4),
      source: n === 1 ? 'streams' : 'playback_events',
      account_id: 'ann',
      id: uuidv7(NOON_MS),
      version: n,
      arrived_at: dateTimeText(NOON_MS),
    })),
    format: 'JSONEachRow',
  })
  await rollUp(client, { nowMs: Date.now(), closeAfterMs: 100 * DAY_MS })
})
afterAll(async () => {
  await client.command({ query: 'DROP DATABASE ranges_test' })
  await client.close()
})

/** Of minutes, of hours, of days. */
const RANGES: readonly (readonly [string, Range])[] = [
  ['an hour', { fromMs: NOON_MS, toMs: NOON_MS + HOUR_MS }],
  ['a day', { fromMs: NOON_MS - 12 * HOUR_MS, toMs: NOON_MS + 12 * HOUR_MS }],
  ['a month', { fromMs: NOON_MS - 30 * DAY_MS - 12 * HOUR_MS, toMs: NOON_MS + 12 * HOUR_MS }],
]

const ofAll = (range: Range, filters: Partial<Filters> = {}) => ({
  range,
  filters: { ...UNFILTERED, ...filters },
  isLive: false,
})

describe.each(RANGES)('over %s', (_name, range) => {
  it('what was played is read by country, plan and kind of device', async () => {
    const both = {
      total_ms_played: 280_000,
      total_listeners: 3,
      total_streams: 3,
      total_ended: 3,
      total_countable: 2,
      total_skipped: 1,
    }
    const french = {
      total_listeners: 1,
      total_streams: 1,
      total_ended: 1,
      total_countable: 1,
      total_skipped: 0,
      total_ms_played: 180_000,
    }
    const german = {
      total_listeners: 2,
      total_streams: 2,
      total_ended: 2,
      total_countable: 1,
      total_skipped: 1,
      total_ms_played: 100_000,
    }
    const rows = await readHeardBy(client, ofAll(range))
    expect(rows.filter(({ by }) => by === 'country')).toEqual([
      { by: 'country', name: 'FR', ...french },
      { by: 'country', name: 'DE', ...german },
    ])
    expect(rows.filter(({ by }) => by === 'plan')).toEqual([{ by: 'plan', name: 'free', ...both }])
    expect(rows.filter(({ by }) => by === 'device_kind')).toEqual([{ by: 'device_kind', name: 'web', ...both }])
    const filtered = await readHeardBy(client, ofAll(range, { country: 'DE' }))
    expect(filtered).toContainEqual({ by: 'plan', name: 'free', ...german })
  })

  it('streams are read by the time they began', async () => {
    expect((await readStreams(client, ofAll(range))).map(({ total_streams }) => total_streams)).toEqual([3])
    expect((await readStreams(client, ofAll(range, { country: 'FR' })))[0]?.total_streams).toBe(1)
    expect(await readStreams(client, ofAll(range, { plan: 'duo' }))).toEqual([])
  })

  it('the artists most heard are read, of all, of one country and of one plan', async () => {
    const other = { id: OTHER, listeners: 1, total_streams: 1, total_countable: 1, total_ms_played: 180_000 }
    const artist = { id: ARTIST, listeners: 2, total_streams: 2, total_countable: 1, total_ms_played: 100_000 }
    expect(await readHeard(client, ofAll(range), 'artist_id')).toEqual([artist, other])
    expect(await readHeard(client, ofAll(range, { country: 'FR' }), 'artist_id')).toEqual([other])
    expect(await readHeard(client, ofAll(range, { plan: 'free' }), 'artist_id')).toEqual([artist, other])
    expect(await readHeard(client, ofAll(range, { plan: 'duo' }), 'artist_id')).toEqual([])
  })

  it('how far into the track it was skipped is read, of all and of one country', async () => {
    const third = 1 / 3
    const [five, ...later] = (await readSkips(client, ofAll(range))).by_position
    expect(five).toEqual({ upto_s: 5, share: 0 })
    // Left at 10 s: before the thirtieth second, and not before the tenth.
    expect(later.map(({ share }) => share)).toEqual([0, third, third, third, third, third])
    expect(await readSkips(client, ofAll(range, { country: 'FR' }))).toMatchObject({
      total_streams: 1,
      skipped_streams: 0,
    })
    expect(await readSkips(client, ofAll(range, { plan: 'duo' }))).toEqual({
      total_streams: 0,
      skipped_streams: 0,
      by_position: [],
    })
  })

  it('quality is read, of all and of one country', async () => {
    const { in_all, by_bucket } = await readQuality(client, ofAll(range))
    expect(in_all).toMatchObject({
      total_startups: 2,
      startup_quantiles: [300, 800, 800],
      rebuffer_ratio: 10_000 / 290_000,
      total_failures: 1,
    })
    expect(by_bucket.map(({ at: _at, ...of }) => ({ at: '', ...of }))).toEqual([in_all])
    // One switch in 280 s of play.
    expect(in_all?.switches_an_hour).toBeCloseTo(3_600 / 280, 6)
    expect((await readQuality(client, ofAll(range, { country: 'FR', plan: 'free' }))).in_all).toMatchObject({
      total_startups: 1,
      startup_quantiles: [800, 800, 800],
      rebuffer_ratio: 0,
      switches_an_hour: 0,
    })
    expect(await readQuality(client, ofAll(range, { country: 'XX' }))).toEqual({ in_all: undefined, by_bucket: [] })
  })
})

describe('over an hour', () => {
  const range = { fromMs: NOON_MS, toMs: NOON_MS + HOUR_MS }

  it('the lag of ingest is read by the minute', async () => {
    const minute = new Date(NOON_MS).toISOString().replace('.000', '')
    const all = { events: 5, lag_ms: [300, 500, 500] }
    expect(await readLag(client, range)).toEqual({ in_all: undefined, by_bucket: [{ at: minute, ...all }] })
    const ending = { ...range, toMs: NOON_MS + 60_000 }
    expect((await readLag(client, ending)).in_all).toEqual({ at: '', ...all })
  })

  it('what came late is read by the hour in which it came', async () => {
    const hour = new Date(NOON_MS).toISOString().replace('.000', '')
    expect(await readLate(client, range)).toEqual([{ hour, events: 1, streams: 1 }])
  })

  it('one session is read as it went, by server and player', async () => {
    const moments = await readSessionTimeline(client, range, SESSION)
    expect(moments.map(({ source, what, position_ms, detail }) => [source, what, position_ms, detail])).toEqual([
      ['server', 'began: pick', 0, TRACK],
      ['player', 'started', 300, 'startup 300 ms, 160 kbps'],
      ['player', 'stalled', 20_000, 'stood still 10000 ms'],
      ['player', 'bitrate-switched', 40_000, '320 kbps'],
      ['server', 'ended: completed', 90_000, '90000 ms heard'],
    ])
    expect(moments[1]?.at).toBe(new Date(NOON_MS + 300).toISOString())
    expect(await readSessionTimeline(client, range, uuidv7(NOON_MS))).toEqual([])
  })
})
