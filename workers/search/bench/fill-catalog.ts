/** Owns putting a made catalog into PostgreSQL. */

import type { Pool } from '../../../infra/postgres/client.ts'
import { StackProblem } from '../../../infra/stack/problem.ts'
import type { MadeCatalog } from './made-names.ts'

const BATCH = 20_000
const uuidOf = (kind: number, at: number) => `0000000${kind}-0000-7000-8000-${at.toString(16).padStart(12, '0')}`

/** Whether an earlier run has put this catalog there, to its end. */
export async function isFilled(pool: Pool, { tracks }: MadeCatalog): Promise<boolean> {
  const { rows } = await pool.query<{ tracks: number; is_whole: boolean }>(
    'SELECT (SELECT count(*)::int FROM tracks) AS tracks, EXISTS (SELECT FROM track_popularity) AS is_whole',
  )
  const { tracks: there = 0, is_whole: isWhole = false } = rows[0] ?? {}
  if (there > tracks.length || (isWhole && there < tracks.length))
    throw new StackProblem(`the folder has a catalog of ${there} tracks: say --tracks ${there}, or name another folder`)
  return isWhole
}

/** An album an artist. What an earlier run has put there stays. */
export async function fillCatalog(pool: Pool, { artists, tracks }: MadeCatalog): Promise<void> {
  for (let at = 0; at < artists.length; at += BATCH) {
    const some = artists.slice(at, at + BATCH)
    const ids = some.map((_, n) => uuidOf(1, at + n))
    const albums = some.map((_, n) => uuidOf(2, at + n))
    await pool.query('INSERT INTO artists SELECT * FROM unnest($1::uuid[], $2::text[]) ON CONFLICT DO NOTHING', [
      ids,
      some,
    ])
    await pool.query(
      'INSERT INTO albums (album_id, artist_id, title) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) ON CONFLICT DO NOTHING',
      [albums, ids, some.map((name) => `${name} Collected`)],
    )
  }
  for (let at = 0; at < tracks.length; at += BATCH) {
    const some = tracks.slice(at, at + BATCH)
    await pool.query(
      `INSERT INTO tracks (track_id, album_id, artist_id, title, isrc, duration_ms, loudness_lufs, true_peak_dbtp, gain_db, source_hash, status)
       SELECT id, album, artist, title, 'ZZBEN' || lpad(n::text, 7, '0'), 200000, -14, -1, 0, lpad(to_hex(n), 64, '0'), 'available'
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::int[]) AS made (id, album, artist, title, n)
       ON CONFLICT DO NOTHING`,
      [
        some.map((_, n) => uuidOf(3, at + n)),
        some.map(({ artist }) => uuidOf(2, artist)),
        some.map(({ artist }) => uuidOf(1, artist)),
        some.map(({ title }) => title),
        some.map((_, n) => at + n),
      ],
    )
  }
  // A tenth is listened to, a few of them much.
  await pool.query(
    `INSERT INTO track_popularity SELECT track_id, 1 + (abs(hashtext(track_id::text)) % 97)::smallint FROM tracks WHERE hashtext(isrc) % 10 = 0`,
  )
  await pool.query('ANALYZE artists, albums, tracks')
}
