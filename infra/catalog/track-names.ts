/** Owns the names of tracks and artists for numbers that know only their ids. */

import type { Pool } from '../postgres/client.ts'

export interface TrackName {
  readonly title: string
  readonly artist: string
}

/** By track id, withdrawn tracks included; an id that the catalog does not know is left out. */
export async function readTrackNames(pool: Pool, trackIds: readonly string[]): Promise<ReadonlyMap<string, TrackName>> {
  if (trackIds.length === 0) return new Map()
  const { rows } = await pool.query<TrackName & { track_id: string }>(
    `SELECT t.track_id, t.title, a.name AS artist FROM tracks t JOIN artists a USING (artist_id)
      WHERE t.track_id = ANY ($1::uuid[])`,
    [trackIds],
  )
  return new Map(rows.map(({ track_id, title, artist }) => [track_id, { title, artist }]))
}

/** As {@link readTrackNames}, of artists. */
export async function readArtistNames(pool: Pool, artistIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (artistIds.length === 0) return new Map()
  const { rows } = await pool.query<{ artist_id: string; name: string }>(
    'SELECT artist_id, name FROM artists WHERE artist_id = ANY ($1::uuid[])',
    [artistIds],
  )
  return new Map(rows.map(({ artist_id, name }) => [artist_id, name]))
}
