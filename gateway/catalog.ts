/** Owns what the gateway knows of the catalog: read from PostgreSQL when first asked for, kept for a minute. */

import { LRUCache } from 'lru-cache'
import type { Track } from '../session/track.ts'

/** Where tracks are looked up: PostgreSQL, or a table in a test. */
export interface CatalogSource {
  /** The track; `withdrawn` when it exists and may not be played; undefined when there is none. */
  findTrack(trackId: string): Promise<Track | 'withdrawn' | undefined>
  /** The playable tracks of an album, in order. */
  albumTracks(albumId: string): Promise<readonly Track[]>
  /** The playable tracks of an artist. */
  artistTracks(artistId: string): Promise<readonly Track[]>
}

/** A track and its neighbours, all that is needed to begin it. */
export interface Listing {
  readonly track: Track
  readonly album: readonly Track[]
  readonly byArtist: readonly Track[]
}

export interface Catalog {
  /** At once when known, else a promise. @throws what the source throws, when PostgreSQL is away. */
  listing(trackId: string): Listing | 'withdrawn' | undefined | Promise<Listing | 'withdrawn' | undefined>
}

const KEPT_TRACKS = 20_000
const KEPT_MS = 60_000

export function createCatalog(source: CatalogSource): Catalog {
  const known = new LRUCache<string, Listing>({ max: KEPT_TRACKS, ttl: KEPT_MS })

  const look = async (trackId: string) => {
    const track = await source.findTrack(trackId)
    if (track === undefined || track === 'withdrawn') return track
    const [album, byArtist] = await Promise.all([
      source.albumTracks(track.album_id),
      source.artistTracks(track.artist_id),
    ])
    const listing: Listing = { track, album, byArtist }
    known.set(trackId, listing)
    return listing
  }

  return { listing: (trackId) => known.get(trackId) ?? look(trackId) }
}
