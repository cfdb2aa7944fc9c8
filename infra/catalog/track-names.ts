/** Owns the names of tracks for numbers that know only their ids. */

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
