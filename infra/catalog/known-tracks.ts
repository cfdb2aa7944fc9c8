/** Owns what the worker `recommend` reads of PostgreSQL: which tracks may be played, and what listeners put together. */

import type { Pool } from '../postgres/client.ts'

export async function readPlayableIds(pool: Pool): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ track_id: string }>(`SELECT track_id FROM tracks WHERE status = 'available'`)
  return new Set(rows.map(({ track_id }) => track_id))
}

export interface SharedPlaylist {
  readonly playlistId: string
  readonly changedAtMs: number
  readonly trackIds: readonly string[]
}

/** The latest `most` that changed. */
export async function readSharedPlaylists(pool: Pool, most: number): Promise<readonly SharedPlaylist[]> {
  const { rows } = await pool.query<{ playlist_id: string; changed_at: Date; track_ids: readonly string[] }>(
    `SELECT playlist_id, changed_at, track_ids::text[] AS track_ids FROM shared_playlists
      ORDER BY changed_at DESC, playlist_id LIMIT $1`,
    [most],
  )
  return rows.map((row) => ({
    playlistId: row.playlist_id,
    changedAtMs: row.changed_at.getTime(),
    trackIds: row.track_ids,
  }))
}
