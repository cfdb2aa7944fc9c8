/** Owns the catalog as players browse it: artists, their albums, the tracks that may be played. */

import type { Pool } from '../postgres/client.ts'

export interface CatalogListing {
  readonly artists: readonly {
    readonly artist_id: string
    readonly name: string
    readonly albums: readonly {
      readonly album_id: string
      readonly title: string
      readonly released_on: string | null
      readonly tracks: readonly {
        readonly track_id: string
        readonly title: string
        readonly track_number: number | null
        readonly duration_ms: number
        readonly isrc: string
      }[]
    }[]
  }[]
}

/** By the artist of the track: an album of several artists is listed with each of them, with that artist's tracks. */
const LISTING = `
  WITH listed AS (
    SELECT t.artist_id, t.album_id,
           json_agg(json_build_object('track_id', t.track_id, 'title', t.title, 'track_number', t.track_number,
                                      'duration_ms', t.duration_ms, 'isrc', t.isrc)
                    ORDER BY t.disc_number NULLS FIRST, t.track_number NULLS LAST, t.title, t.track_id) AS tracks
      FROM tracks t WHERE t.status = 'available' GROUP BY t.artist_id, t.album_id
  )
  SELECT a.artist_id, a.name,
         json_agg(json_build_object('album_id', b.album_id, 'title', b.title, 'released_on', b.released_on, 'tracks', l.tracks)
                  ORDER BY b.released_on DESC NULLS LAST, b.title, b.album_id) AS albums
    FROM listed l JOIN artists a USING (artist_id) JOIN albums b USING (album_id)
   GROUP BY a.artist_id, a.name ORDER BY lower(a.name), a.artist_id`

export async function listCatalog(pool: Pool): Promise<CatalogListing> {
  const { rows } = await pool.query<CatalogListing['artists'][number]>(LISTING)
  return { artists: rows }
}
