/** Owns an evening of made-up listeners for the page tests: a week that leads up to it, and some who go on listening. The same at every run. */

import type { ClickHouseClient } from '../../../infra/clickhouse/client.ts'
import {
  dateTimeText,
  type EventRow,
  endedVersion,
  STARTED_VERSION,
  type StreamRow,
} from '../../../infra/clickhouse/playback-rows.ts'
import { demoTracks } from '../../../infra/demo/demo-tracks.ts'
import type { Pool } from '../../../infra/postgres/client.ts'
import { uuidv7 } from '../../../protocol/ids.ts'
import { DEVICE_KINDS, PLANS } from '../../../protocol/vocabulary.ts'

export interface Evening {
  /** What no answer may hold: accounts and devices. */
  readonly identities: readonly string[]
  /** Flagged accounts among them, by the case. */
  readonly caseIds: readonly string[]
  /** Those who listen are heard of again, and some begin another track. */
  goOn(): Promise<void>
}

const MINUTE_MS = 60_000
const DAY_MS = 1_440 * MINUTE_MS
const COUNTRIES = ['DE', 'US', 'US', 'BR', 'JP', 'FR', 'MX', 'NL', 'SE', 'GB'] as const
const LISTENERS = 160
const OLD_SESSIONS = 700
const OPEN_SESSIONS = 64
const ENDS = ['completed', 'completed', 'completed', 'completed', 'next', 'next', 'pick', 'stopped'] as const

interface Track {
  readonly track_id: string
  readonly artist_id: string
  readonly isrc: string
}

export async function writeEvening(clickhouse: ClickHouseClient, pool: Pool): Promise<Evening> {
  const dice = diceOf(7)
  const startMs = Date.now()
  const tracks = await writeTracks(pool, startMs)
  const streams: StreamRow[] = []
  const events: (EventRow & { ingested_at: string })[] = []
  const open: StreamRow[] = []
  const accounts = Array.from({ length: LISTENERS }, (_, at) => `listener-raw-${at}`)

  const session = (agoMs: number, length: number, goesOn: boolean) => {
    const listener = Math.floor(dice() ** 1.6 * LISTENERS)
    let atMs = startMs - agoMs
    const who = {
      account_id: accounts[listener] ?? '',
      session_id: uuidv7(atMs),
      device_id: `device-raw-${listener}`,
      device_kind: DEVICE_KINDS[listener % DEVICE_KINDS.length] ?? 'web',
      plan: PLANS[Math.floor(listener / 3) % PLANS.length] ?? 'free',
      country: COUNTRIES[listener % COUNTRIES.length] ?? 'DE',
    }
    for (let n = 0; n < length; n += 1) {
      const lastsMs = 110_000 + Math.floor(dice() * 120_000)
      const isLast = goesOn && n === length - 1
      const reason = ENDS[Math.floor(dice() * ENDS.length)] ?? 'completed'
      const heardMs = reason === 'completed' ? lastsMs : Math.floor(2_000 + dice() ** 3 * lastsMs)
      const stream = play(who, isLast ? startMs - Math.floor(dice() * 100_000) : atMs, pick(tracks, dice))
      streams.push(stream)
      const startedMs = isLast ? startMs - 20_000 : atMs
      events.push(
        saw(stream, startedMs, { kind: 'started', startup_ms: 90 + Math.floor(dice() ** 4 * 900), bitrate_kbps: 160 }),
      )
      if (dice() < 0.06)
        events.push(saw(stream, startedMs + 9_000, { kind: 'stalled', stall_ms: 300 + Math.floor(dice() * 2_600) }))
      if (dice() < 0.2) events.push(saw(stream, startedMs + 14_000, { kind: 'bitrate-switched', bitrate_kbps: 320 }))
      if (dice() < 0.004) events.push(saw(stream, startedMs + 15_000, { kind: 'failed', reason: 'decode' }))
      if (isLast) open.push(stream)
      else streams.push(ended(stream, atMs + heardMs, reason, heardMs))
      atMs += heardMs + 1_000
    }
  }
  /** More in the evening than at night. */
  const agoOf = (spreadMs: number) => {
    for (;;) {
      const agoMs = 600_000 + dice() * spreadMs
      if (dice() < 0.35 + 0.6 * Math.cos((agoMs / DAY_MS) * 2 * Math.PI) ** 2) return agoMs
    }
  }
  for (let n = 0; n < OLD_SESSIONS; n += 1)
    session(agoOf(n % 3 === 0 ? 7 * DAY_MS : n % 3 === 1 ? DAY_MS : 80 * MINUTE_MS), 1 + Math.floor(dice() * 6), false)
  for (let n = 0; n < OPEN_SESSIONS; n += 1) session(240_000 + dice() * 40 * MINUTE_MS, 2, true)

  const past = streams.filter((stream) => Date.parse(`${stream.ended_at ?? stream.started_at}Z`) <= startMs)
  await clickhouse.insert({ table: 'streams', values: past, format: 'JSONEachRow' })
  await clickhouse.insert({ table: 'playback_events', values: events, format: 'JSONEachRow' })
  await writeCampaign(clickhouse, pool, accounts, dice, startMs)
  const caseIds = await writeCases(pool, open, startMs)

  return {
    identities: ['listener-raw-', 'device-raw-', 'account_id', 'device_id'],
    caseIds,
    async goOn() {
      const nowMs = Date.now()
      const alive = open.map((stream) => saw(stream, nowMs, { kind: 'position' }))
      await clickhouse.insert({ table: 'playback_events', values: alive, format: 'JSONEachRow' })
      const next = open.slice(0, 6).map((stream) => play(stream, nowMs, pick(tracks, dice)))
      const over = next.map((stream) => ended(stream, nowMs, 'stopped', 0))
      await clickhouse.insert({ table: 'streams', values: [...next, ...over], format: 'JSONEachRow' })
    },
  }
}

type Who = Pick<StreamRow, 'account_id' | 'session_id' | 'device_id' | 'device_kind' | 'plan' | 'country'>

/** A few are played much more than the others. */
function pick(tracks: readonly Track[], dice: () => number): Track {
  const track = tracks[Math.floor(dice() ** 2.5 * tracks.length)]
  if (track === undefined) throw new Error('the catalog is empty')
  return track
}

const whoOf = ({ account_id, session_id, device_id, device_kind, plan, country }: Who): Who => ({
  account_id,
  session_id,
  device_id,
  device_kind,
  plan,
  country,
})

const play = (who: Who, atMs: number, track: Track): StreamRow => ({
  ...whoOf(who),
  ...track,
  stream_id: uuidv7(atMs),
  version: STARTED_VERSION,
  started_at: dateTimeText(atMs),
  reason_start: 'pick',
  fence: null,
})

const ended = (stream: StreamRow, atMs: number, reason_end: string, heardMs: number): StreamRow => ({
  ...stream,
  version: endedVersion(heardMs),
  ended_at: dateTimeText(atMs),
  reason_end,
  ms_played: heardMs,
  ms_claimed: heardMs,
  ms_granted: heardMs,
  position_ms: heardMs,
  flags: [],
})

const saw = (stream: StreamRow, atMs: number, fields: Partial<EventRow>) => ({
  ...whoOf(stream),
  event_id: uuidv7(atMs),
  seq: 1,
  kind: 'position',
  event_time: dateTimeText(atMs),
  server_time: dateTimeText(atMs),
  stream_id: stream.stream_id,
  position_ms: 4_000,
  startup_ms: null,
  stall_ms: null,
  buffer_ms: 20_000,
  bitrate_kbps: null,
  reason: null,
  fence: null,
  stale: false,
  offline: false,
  ingested_at: dateTimeText(atMs + 180 + (atMs % 400)),
  ...fields,
})

/** Names alone, of tracks that are withdrawn: nobody can play them, and nothing else sees them. */
async function writeTracks(pool: Pool, nowMs: number): Promise<readonly Track[]> {
  const demo = demoTracks('full')
  const artists = new Map(demo.map(({ album }) => [album.artist, uuidv7(nowMs)]))
  for (const [name, id] of artists) {
    await pool.query('INSERT INTO artists VALUES ($1, $2)', [id, name])
    await pool.query('INSERT INTO albums VALUES ($1, $1, $2)', [id, name])
  }
  const tracks = demo.map(({ album, piece }, at) => ({
    title: piece.title,
    track_id: uuidv7(nowMs),
    artist_id: artists.get(album.artist) ?? '',
    isrc: `ZZEVE26${String(at).padStart(5, '0')}`,
  }))
  for (const { title, track_id, artist_id, isrc } of tracks)
    await pool.query(
      `INSERT INTO tracks (track_id, album_id, artist_id, title, isrc, duration_ms, loudness_lufs, true_peak_dbtp, gain_db, source_hash, status)
       VALUES ($1, $2, $2, $3, $4::text, 230000, -14, -1, 0, encode(sha256($4::text::bytea), 'hex'), 'withdrawn')`,
      [track_id, artist_id, title, isrc],
    )
  return tracks.map(({ title: _, ...track }) => track)
}

/** Two that ran for a day, some of it heard to the end. */
async function writeCampaign(
  clickhouse: ClickHouseClient,
  pool: Pool,
  accounts: readonly string[],
  dice: () => number,
  nowMs: number,
): Promise<void> {
  const campaigns = [
    { id: uuidv7(nowMs), name: 'Slow mornings' },
    { id: uuidv7(nowMs), name: 'Trains at night' },
  ]
  await pool.query(`INSERT INTO advertisers VALUES ($1, 'Made up', 'US', 'USD')`, [campaigns[0]?.id])
  const values: object[] = []
  for (const { id, name } of campaigns) {
    await pool.query(
      `INSERT INTO campaigns (campaign_id, advertiser_id, name, status, runs, currency, budget_micros, cost_per_mille_micros, is_worldwide)
       VALUES ($1, $2, $3, 'running', '[2026-01-01T00:00:00Z,2048-01-01T00:00:00Z)', 'USD', 1000000, 1000, true)`,
      [id, campaigns[0]?.id, name],
    )
    for (let n = 0; n < 180; n += 1) {
      const atMs = nowMs - Math.floor(dice() * DAY_MS)
      const impression_id = uuidv7(atMs)
      const heard = dice()
      const all = ['served', 'started', 'audible', 'quartile1', 'quartile2', 'quartile3', 'completed', 'clicked']
      const isControl = n % 6 === 0 && id === campaigns[1]?.id
      const kinds = isControl ? ['withheld'] : all.slice(0, 3 + Math.floor(5.4 * (1 - heard ** 2)))
      if (n % (isControl ? 4 : 3) === 0) kinds.push('converted')
      for (const kind of kinds)
        values.push({
          campaign_id: id,
          creative_id: id,
          impression_id,
          kind,
          account_id: accounts[(isControl ? 40 : 0) + Math.floor(dice() ** 2 * 40)],
          event_time: dateTimeText(atMs),
          server_time: dateTimeText(atMs),
          audible_ms: kind === 'audible' ? 9_000 : 0,
          invalid: false,
          device_kind: 'web',
          plan: 'free',
          country: 'US',
        })
    }
  }
  await clickhouse.insert({ table: 'ad_events', values, format: 'JSONEachRow' })
}

const REASONS = [
  '2 groups of devices (3 + 2) up to 878 km apart on 24 of the last 28 days',
  'Played at the same time in Berlin and Lyon on 9 days',
  'More streams at once than the plan allows, on 6 days',
] as const

async function writeCases(pool: Pool, open: readonly StreamRow[], nowMs: number): Promise<string[]> {
  const ids: string[] = []
  for (const [at, reason] of REASONS.entries()) {
    const { rows } = await pool.query<{ case_id: string }>(
      `INSERT INTO sharing_cases (account, score, highest_score, evidence, plan, detector_version, first_seen, last_seen)
       VALUES ($1, $2, $2, $3, 'family', 1, $4, $5)
       RETURNING case_id`,
      [
        open[at * 7]?.account_id,
        0.97 - at * 0.13,
        { reasons: [reason], features: {} },
        new Date(nowMs - 9 * DAY_MS),
        new Date(nowMs - (at + 1) * 11 * MINUTE_MS),
      ],
    )
    ids.push(...rows.map(({ case_id }) => case_id))
  }
  return ids
}

/** Xorshift: small, and the same everywhere. */
function diceOf(seed: number): () => number {
  let state = seed * 2_654_435_761
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4_294_967_296
  }
}
