/** Owns the reading of an artist's account: the streams that count, those that do not, and the latest of both. */

import type { Pool } from '../postgres/client.ts'

const LATEST = 50

/** The account of `artistId`, or undefined when there is no such artist. */
export async function readArtistAccount(pool: Pool, artistId: string) {
  const { rows: artists } = await pool.query<{ artist_id: string; name: string }>(
    'SELECT artist_id, name FROM artists WHERE artist_id = $1',
    [artistId],
  )
  const [artist] = artists
  if (artist === undefined) return undefined
  const { rows: sums } = await pool.query<{ counted: number; uncounted: number; ms_played: number }>(
    `SELECT (count(*) FILTER (WHERE counted))::int AS counted, (count(*) FILTER (WHERE NOT counted))::int AS uncounted,
            coalesce(sum(ms_played) FILTER (WHERE counted), 0)::float8 AS ms_played
       FROM royalty_streams WHERE artist_id = $1`,
    [artistId],
  )
  const { rows: streams } = await pool.query(
    `SELECT s.stream_id, t.title AS track_title, s.isrc, s.started_at, s.ms_played, s.territory, s.tier, s.counted, s.flags
       FROM royalty_streams s LEFT JOIN tracks t USING (track_id)
      WHERE s.artist_id = $1 ORDER BY s.started_at DESC, s.stream_id LIMIT ${LATEST}`,
    [artistId],
  )
  const [sum] = sums
  return {
    artist,
    counted_streams: sum?.counted ?? 0,
    uncounted_streams: sum?.uncounted ?? 0,
    ms_played: sum?.ms_played ?? 0,
    streams,
  }
}
