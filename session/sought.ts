/** Owns what a search says of what may come next: tracks of what is called as was asked for. */

import type { Found } from '../protocol/messages/found.ts'
import type { Suggestion } from './up-next.ts'

type Hit = Found['hits'][number]

/** What speaks for the first of them: less than for the next track of the album, which plays on, and more than for what the artist has beside. */
const SOUGHT = 0.45
const LESS = 0.98
const LETTER = /[\p{L}\p{N}]/u

/** Which tracks are of what was looked for. */
const IS_OF: Readonly<Record<Hit['kind'], (track: Hit, sought: Hit) => boolean>> = {
  track: (track, sought) => track.id === sought.id,
  album: (track, sought) => track.album_id === sought.id,
  artist: (track, sought) => track.artist_id === sought.id,
  // What is on it is not found with it.
  playlist: () => false,
}

/** None while only a part of a name is typed: what a prefix finds first is not what is looked for. @param hits the best first */
export function soughtIn(hits: readonly Hit[]): readonly Suggestion[] {
  const [first] = hits
  if (first === undefined || !isNamed(first)) return []
  const why = `because you searched for ${first.title}`
  let score = SOUGHT
  const found: Suggestion[] = []
  for (const hit of hits) {
    if (hit.kind !== 'track' || !IS_OF[first.kind](hit, first)) continue
    const { id: track_id, title, artist, artist_id, album, duration_ms } = hit
    if (artist === undefined || artist_id === undefined || album === undefined || duration_ms === undefined) continue
    found.push({ track: { track_id, title, artist, artist_id, album, duration_ms }, score, why })
    score *= LESS
  }
  return found
}

/** All of its name was asked for. */
function isNamed({ title, title_marks: marks = [] }: Hit): boolean {
  let rest = ''
  let from = 0
  for (let n = 0; n < marks.length; n += 2) {
    rest += title.slice(from, marks[n])
    from = marks[n + 1] ?? title.length
  }
  return !LETTER.test(rest + title.slice(from))
}
