/** Owns what plays after this: the rest of the album, then more by the artist, never what was played already. */

import type { UpNext } from '../protocol/messages/up-next.ts'
import type { Track } from './track.ts'

export type UpNextTrack = UpNext['tracks'][number]

/** A message stays small. */
const MOST = 20

/**
 * The list after `current`.
 * @param album the tracks of the album in their order, `current` among them
 * @param byArtist other tracks of the artist, best first
 * @param played ids that the session has begun already
 */
export function upNextAfter(
  current: Track,
  album: readonly Track[],
  byArtist: readonly Track[],
  played: ReadonlySet<string>,
): UpNextTrack[] {
  const place = album.findIndex((track) => track.track_id === current.track_id)
  const list: UpNextTrack[] = []
  const taken = new Set(played).add(current.track_id)
  const take = (track: Track, why: string) => {
    if (list.length >= MOST || taken.has(track.track_id)) return
    taken.add(track.track_id)
    list.push(upNextTrackOf(track, why))
  }
  for (const track of album.slice(place + 1)) take(track, `next on ${track.album}`)
  for (const track of byArtist) take(track, `more by ${track.artist}`)
  return list
}

export function upNextTrackOf({ track_id, title, artist, album, duration_ms }: Track, why: string): UpNextTrack {
  return { track_id, title, artist, album, duration_ms, why }
}
