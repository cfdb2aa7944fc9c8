/** Owns the statements on `royalty_streams`. */

import type { PoolClient } from '../../infra/postgres/client.ts'
import type { RoyaltyStream } from './royalty-stream.ts'

/** What an end did to the books: a stream they did not have, or a longer end of one that they had. */
export type Entry = 'new' | 'longer'

/**
 * Enters streams, each given once. Of several ends of a stream the one with the greatest `ms_played` is kept, of equal
 * ones the first: the row is the stream's own, so it may grow and is never a second one. ClickHouse keeps the same end.
 * @returns what became of each by stream_id; one that is not named had ended before, and no shorter.
 */
export async function enterStreams(client: PoolClient, streams: readonly RoyaltyStream[]): Promise<Map<string, Entry>> {
  if (streams.length === 0) return new Map()
  const { rows } = await client.query<{ stream_id: string; entry: Entry }>(
    `INSERT INTO royalty_streams AS kept (stream_id, listener_id, track_id, isrc, artist_id, started_at, reason_start,
       ended_at, ms_played, territory, tier, session_id, device_id, reason_end, flags)
     SELECT stream_id, listener_id, track_id, isrc, artist_id, started_at, reason_start,
       ended_at, ms_played, territory, tier, session_id, device_id, reason_end, flags
     FROM jsonb_to_recordset($1::jsonb) AS s (stream_id uuid, listener_id text, track_id uuid, isrc text,
       artist_id uuid, started_at timestamptz, reason_start text, ended_at timestamptz, ms_played integer,
       territory text, tier text, session_id uuid, device_id text, reason_end text, flags text[])
     ON CONFLICT (stream_id) DO UPDATE SET (listener_id, track_id, isrc, artist_id, started_at, reason_start, ended_at,
       ms_played, territory, tier, session_id, device_id, reason_end, flags, counted_at) = (excluded.listener_id,
       excluded.track_id, excluded.isrc, excluded.artist_id, excluded.started_at, excluded.reason_start,
       excluded.ended_at, excluded.ms_played, excluded.territory, excluded.tier, excluded.session_id,
       excluded.device_id, excluded.reason_end, excluded.flags, CASE WHEN kept.counted THEN kept.counted_at ELSE now() END)
     WHERE excluded.ms_played > kept.ms_played
     RETURNING stream_id, CASE WHEN noted_at = now() THEN 'new' ELSE 'longer' END AS entry`,
    [JSON.stringify(streams)],
  )
  return new Map(rows.map(({ stream_id, entry }) => [stream_id, entry]))
}
