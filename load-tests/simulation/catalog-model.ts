/** Owns a model of the catalog: albums by a seed, and PostgreSQL, which answers in a while or is away. */

import type { CatalogSource } from '../../gateway/catalog.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import type { TrackInfo } from '../../protocol/messages/playback.ts'
import type { Profile } from './profile.ts'
import type { Actor, World } from './world.ts'

const ALBUMS = 12
const TRACKS_AN_ALBUM = 6

export class CatalogModel {
  readonly #world: World
  readonly #profile: Profile
  readonly tracks: TrackInfo[] = []
  /** It does not answer for what is not known yet. */
  isDown = false

  constructor(world: World, profile: Profile) {
    this.#world = world
    this.#profile = profile
  }

  /** Made while the world's globals hold: ids and chance are the seed's. */
  record(): void {
    const { chunkMs, trackMs } = this.#profile
    const world = this.#world
    for (let album = 0; album < ALBUMS; album++) {
      const [album_id, artist_id] = [uuidv7(world.nowMs), uuidv7(world.nowMs)]
      for (let number = 0; number < TRACKS_AN_ALBUM; number++) {
        const duration_ms = Math.floor(world.between(...trackMs))
        this.tracks.push({
          track_id: uuidv7(world.nowMs),
          title: `Track ${number}`,
          artist_id,
          artist: 'The Ferrymen',
          album_id,
          album: `Album ${album}`,
          isrc: `ZZSEG26${String(album * TRACKS_AN_ALBUM + number).padStart(5, '0')}`,
          duration_ms,
          chunk_ms: chunkMs,
          renditions: [{ bitrate_kbps: 160, codec: 'mp4a.40.2', chunk_count: Math.ceil(duration_ms / chunkMs) }],
        })
      }
    }
  }

  /** As the process of `actor` asks for it. */
  source(actor: Actor): CatalogSource {
    const find = async <Answer>(answer: Answer): Promise<Answer> => {
      await this.#world.wait(this.#world.between(1, 8), actor)
      if (this.isDown) throw new Error('PostgreSQL cannot be reached')
      return answer
    }
    return {
      findTrack: (trackId) => find(this.tracks.find(({ track_id }) => track_id === trackId)),
      albumTracks: (albumId) => find(this.tracks.filter(({ album_id }) => album_id === albumId)),
      artistTracks: async () => (this.isDown ? await find([]) : []),
    }
  }
}
