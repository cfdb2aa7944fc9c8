/**
 * Owns what the gateway knows of the catalog: read from PostgreSQL when first asked for, fresh for a minute, each track once.
 * While PostgreSQL is away the last known serves, so that what is up next plays.
 */

import { LRUCache } from 'lru-cache'
import type { Dependency } from '../infra/runtime/dependency.ts'
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

type Found = Listing | 'withdrawn' | undefined

export interface Catalog {
  /** At once when known, else a promise. @throws what the source throws, when it is away and the track was never seen. */
  listing(trackId: string): Found | Promise<Found>
}

/** The source, asked within a bounded time, and not at all while PostgreSQL is known to be away. */
export function whileUp(postgres: Pick<Dependency, 'ask'>, source: CatalogSource): CatalogSource {
  return {
    findTrack: (trackId) => postgres.ask(() => source.findTrack(trackId)),
    albumTracks: (albumId) => postgres.ask(() => source.albumTracks(albumId)),
    artistTracks: (artistId) => postgres.ask(() => source.artistTracks(artistId)),
  }
}

const FRESH_MS = 60_000
const KEPT_TRACKS = 20_000
const KEPT_LISTS = 2_000

export function createCatalog(source: CatalogSource, steady: { now(): number } = performance): Catalog {
  const kept = { ttl: FRESH_MS, ttlResolution: 0, noDeleteOnStaleGet: true, perf: steady }
  const tracks = new LRUCache<string, Track>({ max: KEPT_TRACKS, ...kept })
  const albums = new LRUCache<string, readonly Track[]>({ max: KEPT_LISTS, ...kept })
  const artists = new LRUCache<string, readonly Track[]>({ max: KEPT_LISTS, ...kept })
  const underWay = new Map<string, Promise<Found>>()

  const known = (trackId: string, allowStale: boolean): Listing | undefined => {
    const track = tracks.get(trackId, { allowStale })
    if (track === undefined) return undefined
    const album = albums.get(track.album_id, { allowStale })
    const byArtist = artists.get(track.artist_id, { allowStale })
    return album === undefined || byArtist === undefined ? undefined : { track, album, byArtist }
  }
  // Lists share the tracks, so that an album of fifty is not fifty times fifty of them.
  const keepList = async (
    lists: LRUCache<string, readonly Track[]>,
    id: string,
    read: (id: string) => Promise<readonly Track[]>,
  ) => {
    const fresh = lists.get(id)
    if (fresh !== undefined) return fresh
    const list = await read(id)
    for (const track of list) tracks.set(track.track_id, track)
    lists.set(id, list)
    return list
  }
  const look = async (trackId: string): Promise<Found> => {
    const track = await source.findTrack(trackId)
    if (track === undefined || track === 'withdrawn') {
      tracks.delete(trackId)
      return track
    }
    tracks.set(trackId, track)
    const [album, byArtist] = await Promise.all([
      keepList(albums, track.album_id, source.albumTracks),
      keepList(artists, track.artist_id, source.artistTracks),
    ])
    return { track, album, byArtist }
  }
  const lookOrRemember = async (trackId: string): Promise<Found> => {
    try {
      return await look(trackId)
    } catch (error) {
      const remembered = known(trackId, true)
      if (remembered === undefined) throw error
      return remembered
    }
  }

  return {
    listing(trackId) {
      const listing = known(trackId, false)
      if (listing !== undefined) return listing
      const found = underWay.get(trackId) ?? lookOrRemember(trackId).finally(() => underWay.delete(trackId))
      underWay.set(trackId, found)
      return found
    },
  }
}
