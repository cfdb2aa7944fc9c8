/** Owns how popular a track is: five for each doubling of its counted streams of four weeks, kept where search hears of it. */

import type { PoolClient } from '../../infra/postgres/client.ts'

/** Writes what has changed alone: each is a document of a track, an album and an artist to be written again. */
const REFRESH = `
  WITH heard AS (
    SELECT s.track_id, least(100, 5 + floor(5 * log(2, count(*))))::smallint AS score
      FROM royalty_streams s JOIN tracks t ON t.track_id = s.track_id
     WHERE s.counted AND s.started_at > now() - interval '28 days'
     GROUP BY s.track_id),
  silent AS (
    DELETE FROM track_popularity p WHERE NOT EXISTS (SELECT FROM heard h WHERE h.track_id = p.track_id) RETURNING 1),
  changed AS (
    INSERT INTO track_popularity AS kept (track_id, score) SELECT track_id, score FROM heard
    ON CONFLICT (track_id) DO UPDATE SET score = excluded.score WHERE kept.score <> excluded.score RETURNING 1)
  SELECT (SELECT count(*) FROM silent)::int + (SELECT count(*) FROM changed)::int AS changed`

/** @returns how many tracks are as popular as they were not before. */
export async function refreshPopularity(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ changed: number }>(REFRESH)
  return rows[0]?.changed ?? 0
}
