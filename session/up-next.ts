/** Owns what plays after this: the rest of the album, what is heard after and beside what was heard, more by the artist; never what was played already. */

import type { UpNext } from '../protocol/messages/up-next.ts'
import { firstOf } from './first-of.ts'
import type { Track } from './track.ts'

export type UpNextTrack = UpNext['tracks'][number]
/** Enough of a track to list it. */
export type Listed = Pick<Track, 'track_id' | 'title' | 'artist_id' | 'artist' | 'album' | 'duration_ms'>

/** What others heard speaks for a track: how strongly, from 0 to 1, and in which words. */
export interface Suggestion {
  readonly track: Listed
  readonly score: number
  readonly why: string
}

export interface Candidates {
  /** The tracks of the album in their order, the current one among them. */
  readonly album: readonly Listed[]
  /** Other tracks of the artist, best first. */
  readonly byArtist: readonly Listed[]
  readonly suggestions: readonly Suggestion[]
}

/** In place of a reason: it was asked for, and waits for the end of an advertisement. */
export const AFTER_AD = 'after this'
/** A message stays small. */
const MOST = 20
/**
 * What speaks for the next track of the album, and for one of the artist, before anything is known. So an album goes on to its end unless more than
 * half of those who heard this went elsewhere, then comes what others heard, then the artist.
 */
const NEXT_ON_ALBUM = 0.5
const BY_ARTIST = 0.1
/** From one to the one after it. */
const LESS = 0.98

interface Claim {
  readonly track: Listed
  score: number
  /** The largest part of it, and what that says. */
  most: number
  why: string
}

/**
 * The list after `current`.
 * @param mayPlay whether the listener may be suggested a track: not one that was played, is not for him, or may not be heard where he is
 */
export function upNextAfter(
  current: Track,
  { album, byArtist, suggestions }: Candidates,
  mayPlay: (track: Listed) => boolean,
): UpNextTrack[] {
  const claims = new Map<string, Claim>()
  const claim = (track: Listed, score: number, why: string) => {
    const known = claims.get(track.track_id)
    if (known !== undefined) {
      known.score += score
      if (score > known.most) {
        known.most = score
        known.why = why
      }
    } else if (track.track_id !== current.track_id && mayPlay(track))
      claims.set(track.track_id, { track, score, most: score, why })
  }
  const place = album.findIndex((track) => track.track_id === current.track_id)
  let weight = NEXT_ON_ALBUM
  for (const track of album.slice(place + 1)) {
    claim(track, weight, `next on ${track.album}`)
    weight *= LESS
  }
  weight = BY_ARTIST
  for (const track of byArtist) {
    // What is to come on the album is by the artist too, and comes no sooner for that.
    if (!claims.has(track.track_id)) claim(track, weight, `more by ${track.artist}`)
    weight *= LESS
  }
  for (const { track, score, why } of suggestions) claim(track, score, why)
  return firstOf([...claims.values()], MOST, byScore).map(({ track, why }) => upNextTrackOf(track, why))
}

const byScore = (a: Claim, b: Claim) => b.score - a.score || (a.track.track_id < b.track.track_id ? -1 : 1)

export function upNextTrackOf({ track_id, title, artist, album, duration_ms }: Listed, why: string): UpNextTrack {
  return { track_id, title, artist, album, duration_ms, why: clipped(why) }
}

/** As long as the message allows, by its own measure (C7), without half a character at the end. */
function clipped(why: string): string {
  return why.length <= MOST_WHY ? why : `${why.slice(0, MOST_WHY - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
const MOST_WHY = 128
