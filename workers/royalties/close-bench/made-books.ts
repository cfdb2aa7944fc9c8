/** Owns books of any size for the bench of the close: listeners, tracks, payments and streams, made by PostgreSQL itself. */

import type { Pool } from '../../../infra/postgres/client.ts'
import { monthSpan } from '../close/month-span.ts'
import type { ModelName } from '../reckoning/models/models.ts'
import { CONTRACTS } from '../testing/close-world.ts'

export interface BookSize {
  readonly streams: number
  readonly listeners: number
  readonly tracks: number
  readonly model: ModelName
}

const TRACKS = `
  INSERT INTO tracks (track_id, album_id, artist_id, title, isrc, duration_ms, loudness_lufs, true_peak_dbtp, gain_db, source_hash, status)
  SELECT ('b0000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, a.album_id, a.artist_id, 'Track ' || n, 'QMBCH' || lpad(n::text, 7, '0'), 205500, -14, -1, 0,
         'f' || lpad(to_hex(n), 63, '0'), 'available'
    FROM generate_series(1, $1::int) AS n CROSS JOIN (SELECT album_id, artist_id FROM albums LIMIT 1) AS a`

const COVERS = `
  INSERT INTO contract_tracks SELECT v.contract_id, v.version, t.track_id, c.rights, v.valid, v.territory_set
    FROM contract_versions v JOIN contracts c USING (contract_id) CROSS JOIN tracks t
   WHERE t.isrc LIKE 'QMBCH%' AND v.contract_id IN ($1, $2)`

const LISTENER = `('b1000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`
const SUBSCRIPTION = `('b2000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`
const USERS = `INSERT INTO users (user_id, account_id, country) SELECT ${LISTENER}, 'bench-' || n, 'DE' FROM generate_series(1, $1::int) AS n`
const SUBSCRIPTIONS = `INSERT INTO subscriptions SELECT ${SUBSCRIPTION}, ${LISTENER}, 'individual', '[2020-01-01T00:00:00Z,)' FROM generate_series(1, $1::int) AS n`
const MEMBERS = `INSERT INTO subscription_members SELECT ${SUBSCRIPTION}, ${LISTENER}, '[2020-01-01T00:00:00Z,)' FROM generate_series(1, $1::int) AS n`
const PAYMENTS = `
  INSERT INTO payments (payment_id, subscription_id, territory, covers, currency, gross_micros, tax_micros, status, provider_reference, settled_at, booked_at)
  SELECT ('b3000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, ${SUBSCRIPTION}, 'DE', tstzrange(to_timestamp($2 / 1000.0), to_timestamp($3 / 1000.0)),
         'EUR', 10990000, 1754706, 'settled', 'bench-' || n, to_timestamp($2 / 1000.0), to_timestamp($2 / 1000.0)
    FROM generate_series(1, $1::int) AS n`

/** Popular tracks and busy listeners: the numbers that both are chosen by are squared. Moments rise with the number, so that nothing has to be sorted. */
const STREAMS = `
  INSERT INTO royalty_streams (stream_id, listener_id, track_id, isrc, artist_id, started_at, ended_at, ms_played, territory, tier, session_id, device_id,
                               reason_start, reason_end, noted_at, counted_at)
  SELECT id, 'bench-' || (1 + floor(power(random(), 2) * $2::int))::int, t.track_id, t.isrc, t.artist_id, at, at + interval '2 minutes', 60000, 'DE', 'individual', id, 'bench',
         'next', 'completed', at + interval '2 minutes', at + interval '2 minutes'
    FROM (SELECT to_timestamp(ms / 1000.0) AS at, 1 + floor(power(random(), 2) * $3::int)::int AS track,
                 (lpad(to_hex(ms), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid AS id
            FROM (SELECT n, $4::bigint + floor((n - random()) * (($5::bigint - $4::bigint) / $7::float8))::bigint AS ms
                    FROM generate_series($1::int, $6::int) AS n) AS moments) AS plays
    JOIN tracks t ON t.track_id = ('b0000000-0000-7000-8000-' || lpad(to_hex(track), 12, '0'))::uuid`

/** Entered in parts, so that the progress is seen. */
const STREAMS_AT_ONCE = 500_000

export async function makeBooks(
  admin: Pool,
  month: string,
  { streams, listeners, tracks, model }: BookSize,
  progress: (step: string) => void,
): Promise<void> {
  const { startMs, endMs } = monthSpan(month)
  await admin.query('SELECT setseed(0.5)')
  await admin.query('UPDATE royalty_terms SET model = $1', [model])
  await admin.query(TRACKS, [tracks])
  // Nobody asks how these came to be, and the audit log of a million payments would take longer than all else.
  await admin.query('SET session_replication_role = replica')
  await admin.query(COVERS, [CONTRACTS.label, CONTRACTS.works])
  for (const made of [USERS, SUBSCRIPTIONS, MEMBERS]) await admin.query(made, [listeners])
  await admin.query(PAYMENTS, [listeners, startMs, endMs])
  const span = [startMs, endMs - 200_000]
  for (let first = 1; first <= streams; first += STREAMS_AT_ONCE) {
    const last = Math.min(first + STREAMS_AT_ONCE - 1, streams)
    await admin.query(STREAMS, [first, listeners, tracks, ...span, last, streams])
    progress(`${last.toLocaleString('en')} of ${streams.toLocaleString('en')} streams are in the books`)
  }
  await admin.query('RESET session_replication_role')
  await admin.query('ANALYZE')
}
