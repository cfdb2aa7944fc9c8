/** Owns a month of made-up listening by the people of the demo: through Kafka, like any other, the same streams each time. */

import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { PlaybackLog } from '../../../infra/kafka/playback-log.ts'
import type { Pool } from '../../../infra/postgres/client.ts'
import { StackProblem } from '../../../infra/stack/problem.ts'
import type { StreamEnded } from '../../../protocol/events/playback-record.ts'
import { encodeRecord } from '../../../protocol/events/record-codec.ts'
import { COUNTABLE_MS, type Plan } from '../../../protocol/vocabulary.ts'
import { monthSpan } from '../close/month-span.ts'

interface Listener {
  readonly account: string
  readonly country: string
  readonly plan: Plan
}

interface Track {
  readonly id: string
  readonly isrc: string
  readonly artist: string
  readonly durationMs: number
}

const LISTENERS = `
  SELECT u.account_id AS account, u.country, s.plan FROM users u JOIN subscriptions s ON s.payer_id = u.user_id
   WHERE s.period && tstzrange($1, $2) ORDER BY u.account_id COLLATE "C"`
const TRACKS = `
  SELECT track_id AS id, isrc, artist_id AS artist, duration_ms AS "durationMs" FROM tracks
   WHERE isrc LIKE 'XXDEM%' AND status = 'available' AND duration_ms > $1 ORDER BY isrc`
const ENTERED_WITHIN_MS = 120_000
const AT_ONCE = 500
const REASONS_START = ['pick', 'next', 'queue', 'next'] as const

/** @returns how many streams count. @throws {StackProblem} without the demo, or without a worker that enters them. */
export async function makeDemoMonth(
  pool: Pool,
  log: PlaybackLog,
  month: string,
  count: number,
  step: (done: string) => void,
): Promise<number> {
  const { startMs, endMs } = monthSpan(month)
  const { rows: listeners } = await pool.query<Listener>(LISTENERS, [new Date(startMs), new Date(endMs)])
  const { rows: tracks } = await pool.query<Track>(TRACKS, [COUNTABLE_MS])
  if (listeners.length === 0 || tracks.length === 0)
    throw new StackProblem('there is no demo here: npm start makes it, or npm run segue -- demo')
  const streams = Array.from({ length: count }, (_, n) => streamOf(month, n, listeners, tracks))
  for (let from = 0; from < streams.length; from += AT_ONCE) {
    const part = streams.slice(from, from + AT_ONCE)
    await Promise.all(part.map((record) => log.append(record.account_id, encodeRecord(record))))
    step(`${Math.min(from + AT_ONCE, count)} of ${count} streams are in Kafka`)
  }
  await untilEntered(
    pool,
    streams.map(({ stream_id }) => stream_id),
  )
  return streams.length
}

/** Popular tracks are popular: the numbers that the choice is made by are squared. */
function streamOf(month: string, n: number, listeners: readonly Listener[], tracks: readonly Track[]): StreamEnded {
  const { startMs, endMs } = monthSpan(month)
  const lot = createHash('sha256').update(`demo stream ${month} ${n}`).digest()
  const part = (at: number) => lot.readUInt32BE(at) / 2 ** 32
  const { account, country, plan } = listeners[Math.floor(part(0) * listeners.length)] as Listener
  const track = tracks[Math.floor(part(4) ** 2 * tracks.length)] as Track
  const heardMs = Math.floor(COUNTABLE_MS + part(8) * (track.durationMs - COUNTABLE_MS))
  const startedMs = startMs + Math.floor(part(12) * (endMs - startMs - track.durationMs))
  const streamId = idOf(startedMs, lot)
  return {
    type: 'stream-ended',
    v: 1,
    account_id: account,
    session_id: streamId,
    device_id: 'demo-month',
    device_kind: 'web',
    plan,
    country,
    stream_id: streamId,
    track_id: track.id,
    isrc: track.isrc,
    artist_id: track.artist,
    started_at_ms: startedMs,
    reason_start: REASONS_START[n % REASONS_START.length] ?? 'next',
    ended_at_ms: startedMs + heardMs,
    reason_end: heardMs > track.durationMs * 0.95 ? 'completed' : 'next',
    ms_played: heardMs,
    ms_claimed: heardMs,
    ms_granted: track.durationMs,
    position_ms: heardMs,
    flags: [],
  }
}

/** A UUIDv7 of that instant. */
function idOf(ms: number, lot: Buffer): string {
  const hex = `${ms.toString(16).padStart(12, '0')}7${lot.toString('hex', 16, 18).slice(1)}8${lot.toString('hex', 18, 26).slice(1)}`
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

async function untilEntered(pool: Pool, ids: readonly string[]): Promise<void> {
  const deadline = Date.now() + ENTERED_WITHIN_MS
  for (;;) {
    const { rows } = await pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM royalty_streams WHERE stream_id = ANY ($1::uuid[])',
      [ids],
    )
    const entered = rows[0]?.count ?? 0
    if (entered === ids.length) return
    if (Date.now() > deadline)
      throw new StackProblem(
        `of ${ids.length} streams ${entered} are in the books: is the worker royalties running (npm start)?`,
      )
    await wait(500)
  }
}
