/** Owns the first half of the books: the track is known, with its artist and album, and stays `ingesting` until it is published. */

import { inTransaction, type Pool, type PoolClient } from '../postgres/client.ts'
import { albumIdOf, artistIdOf } from './catalog-ids.ts'
import { localIsrc } from './isrc.ts'
import { TrackProblem, type TrackRecord } from './track-record.ts'

/** Local codes tried before giving up: with a year's range half full, 64 in a row are taken once in 10^19. */
const MAX_ATTEMPTS = 64

/** Writes the track as `ingesting`; one that an interrupted ingest left so is written again and keeps its code. */
export async function claimTrack(pool: Pool, track: TrackRecord): Promise<void> {
  await inTransaction(pool, async (client) => {
    await writeCredits(client, track)
    if (!(await rewriteTrack(client, track))) await insertTrack(client, track)
  })
}

/** In the order of their ids, so that two tracks of the same people cannot wait for each other. */
async function writeCredits(client: PoolClient, { tags }: TrackRecord): Promise<void> {
  const artists = new Map([tags.artist, tags.albumArtist].map((name) => [artistIdOf(name), name]))
  for (const [id, name] of [...artists].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await client.query('INSERT INTO artists (artist_id, name) VALUES ($1, $2) ON CONFLICT (artist_id) DO NOTHING', [
      id,
      name,
    ])
  }
  await client.query(
    `INSERT INTO albums (album_id, artist_id, title, released_on) VALUES ($1, $2, $3, $4)
     ON CONFLICT (album_id) DO UPDATE SET released_on = least(albums.released_on, excluded.released_on)`,
    [albumIdOf(tags.albumArtist, tags.album), artistIdOf(tags.albumArtist), tags.album, tags.releasedOn ?? null],
  )
}

async function insertTrack(client: PoolClient, track: TrackRecord): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const isrc = track.tags.isrc ?? localIsrc(track.sourceHash, track.tags.releasedOn, attempt)
    const { rowCount } = await client.query(
      `INSERT INTO tracks (track_id, album_id, artist_id, title, disc_number, track_number, duration_ms, loudness_lufs,
                           true_peak_dbtp, gain_db, source_hash, isrc)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
      [...columnsOf(track), track.sourceHash, isrc],
    )
    // None when the code is taken, and when another process claimed this very track in between.
    if (rowCount === 1 || (await rewriteTrack(client, track))) return
    if (track.tags.isrc !== undefined) {
      throw new TrackProblem(`another recording has its ISRC ${isrc}: correct the tag, or remove it`)
    }
  }
  throw new TrackProblem(`no free local ISRC after ${MAX_ATTEMPTS} attempts: give the file an ISRC tag`)
}

/** Whether the track was there to be written again. */
async function rewriteTrack(client: PoolClient, track: TrackRecord): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE tracks SET album_id = $2, artist_id = $3, title = $4, disc_number = $5, track_number = $6, duration_ms = $7,
                       loudness_lufs = $8, true_peak_dbtp = $9, gain_db = $10
      WHERE track_id = $1 AND status = 'ingesting'`,
    columnsOf(track),
  )
  return rowCount === 1
}

function columnsOf({ trackId, tags, durationMs, loudnessLufs, truePeakDbtp, gainDb }: TrackRecord) {
  return [
    trackId,
    albumIdOf(tags.albumArtist, tags.album),
    artistIdOf(tags.artist),
    tags.title,
    tags.discNumber ?? null,
    tags.trackNumber ?? null,
    durationMs,
    loudnessLufs,
    truePeakDbtp,
    gainDb,
  ]
}
