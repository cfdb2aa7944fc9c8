/** Owns the music of the storms: one album in the catalog, without audio, as nobody listens. */

import { createHash } from 'node:crypto'
import { createPool } from '../../infra/postgres/client.ts'
import { postgresConfig } from '../../infra/postgres/config.ts'
import { readEnv } from '../../infra/runtime/env.ts'

const TRACKS = 12
const DURATION_MS = 240_000
const CHUNKS = DURATION_MS / 4_000
const ARTIST_ID = '018f0000-0000-7000-8000-00000000a000'
const ALBUM_ID = '018f0000-0000-7000-8000-00000000b000'

const trackId = (n: number) => `018f0000-0000-7000-8000-00000000c${String(n).padStart(3, '0')}`

/** Inserts the album and returns its first track. */
export async function insertAlbum(env: NodeJS.ProcessEnv): Promise<string> {
  const pool = createPool(readEnv(env, (read) => postgresConfig(read, 'catalog')).url, {
    applicationName: 'segue-storms',
  })
  try {
    await pool.query(`INSERT INTO artists VALUES ($1, 'The Gale')`, [ARTIST_ID])
    await pool.query(`INSERT INTO albums VALUES ($1, $2, 'Isobars', NULL)`, [ALBUM_ID, ARTIST_ID])
    for (let n = 1; n <= TRACKS; n += 1) {
      const hash = createHash('sha256').update(`storm ${n}`).digest('hex')
      const isrc = `ZZSEG26${String(n).padStart(5, '0')}`
      await pool.query(
        `INSERT INTO tracks (track_id, album_id, artist_id, title, isrc, track_number, duration_ms,
                             loudness_lufs, true_peak_dbtp, gain_db, source_hash, status)
         VALUES ($1, $2, $3, $4, $5, $6, $7, -14, -1, 0, $8, 'available')`,
        [trackId(n), ALBUM_ID, ARTIST_ID, `Isobar ${n}`, isrc, n, DURATION_MS, hash],
      )
      await pool.query(
        `INSERT INTO renditions SELECT $1, rate, 'mp4a.40.2', $2, rate * 30000 FROM unnest(ARRAY[96, 160, 320]) AS rate`,
        [trackId(n), CHUNKS],
      )
    }
    return trackId(1)
  } finally {
    await pool.end()
  }
}
