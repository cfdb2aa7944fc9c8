/** Owns the reading of tracks as a player gets them: one query each, shapes of the protocol. */

import type { TrackInfo } from '../../protocol/messages/playback.ts'
import { CHUNK_MS } from '../../protocol/vocabulary.ts'
import type { Pool } from '../postgres/client.ts'

const TRACKS = `
  SELECT t.track_id, t.title, t.artist_id, a.name AS artist, t.album_id, b.title AS album, t.isrc, t.duration_ms, t.status,
         (SELECT json_agg(json_build_object('bitrate_kbps', r.bitrate_kbps, 'codec', r.codec, 'chunk_count', r.chunk_count)
                          ORDER BY r.bitrate_kbps)
            FROM renditions r WHERE r.track_id = t.track_id) AS renditions
    FROM tracks t JOIN artists a USING (artist_id) JOIN albums b USING (album_id)`

interface Row extends Omit<TrackInfo, 'chunk_ms' | 'renditions'> {
  readonly status: 'ingesting' | 'available' | 'withdrawn'
  readonly renditions: TrackInfo['renditions'] | null
}

/** Prepared once a connection, under these names. */
const WHICH = {
  track: `WHERE t.track_id = $1`,
  album: `WHERE t.album_id = $1 AND t.status = 'available' ORDER BY t.disc_number NULLS FIRST, t.track_number NULLS LAST, t.title, t.track_id`,
  artist: `WHERE t.artist_id = $1 AND t.status = 'available'
           ORDER BY b.released_on DESC NULLS LAST, b.title, t.track_number NULLS LAST, t.track_id LIMIT 50`,
} as const

export function createPlayableTracks(pool: Pool) {
  const read = async (which: keyof typeof WHICH, id: string): Promise<Row[]> => {
    const text = `${TRACKS} ${WHICH[which]}`
    const { rows } = await pool.query<Row>({ name: `playable-${which}`, text, values: [id] })
    return rows
  }
  const playable = async (which: keyof typeof WHICH, id: string): Promise<readonly TrackInfo[]> => {
    const rows = await read(which, id)
    return rows.map(trackOf).filter((track) => track !== undefined)
  }
  return {
    /** The track; `withdrawn` when it exists and may not be played; undefined when there is none. */
    async findTrack(trackId: string): Promise<TrackInfo | 'withdrawn' | undefined> {
      const [row] = await read('track', trackId)
      return row === undefined ? undefined : (trackOf(row) ?? 'withdrawn')
    },
    /** The playable tracks of an album, in order. */
    albumTracks: (albumId: string) => playable('album', albumId),
    /** The playable tracks of an artist, newest album first. */
    artistTracks: (artistId: string) => playable('artist', artistId),
  }
}

function trackOf({ status, renditions, ...track }: Row): TrackInfo | undefined {
  if (status !== 'available' || renditions === null) return undefined
  return { ...track, chunk_ms: CHUNK_MS, renditions }
}
