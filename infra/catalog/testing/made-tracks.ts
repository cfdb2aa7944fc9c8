/** Owns tracks in the catalog for tests that play nothing: without renditions. */

import { uuidv7 } from '../../../protocol/ids.ts'
import type { Pool } from '../../postgres/client.ts'

export interface MadeTrack {
  readonly trackId: string
  readonly albumId: string
  readonly artistId: string
}

/** Each by an artist of its own, on an album of its own. @param title followed by a number, from 0 on */
export async function insertTracks(admin: Pool, count: number, title = 'Title'): Promise<MadeTrack[]> {
  const made: MadeTrack[] = []
  for (let n = 0; n < count; n += 1) {
    const [trackId, albumId, artistId] = [uuidv7(Date.now()), uuidv7(Date.now()), uuidv7(Date.now())]
    const number = String(Math.floor(Math.random() * 1e7)).padStart(7, '0')
    const hash = `${trackId}${albumId}`.replaceAll('-', '').padEnd(64, '0').slice(0, 64)
    await admin.query(`INSERT INTO artists VALUES ($1, $2)`, [artistId, `Artist ${artistId}`])
    await admin.query(`INSERT INTO albums VALUES ($1, $2, $3, NULL)`, [albumId, artistId, `Album ${n}`])
    await admin.query(
      `INSERT INTO tracks (track_id, album_id, artist_id, title, isrc, duration_ms, loudness_lufs, true_peak_dbtp, gain_db,
                           source_hash, status)
       VALUES ($1, $2, $3, $4, $5, 200000, -14, -1, 0, $6, 'available')`,
      [trackId, albumId, artistId, `${title} ${n}`, `ZZT99${number}`, hash],
    )
    made.push({ trackId, albumId, artistId })
  }
  return made
}

/** What stays behind is in no catalog, where other tests look for what plays. */
export async function withdrawTracks(admin: Pool): Promise<void> {
  await admin.query(`UPDATE tracks SET status = 'withdrawn' WHERE isrc LIKE 'ZZT99%'`)
}
