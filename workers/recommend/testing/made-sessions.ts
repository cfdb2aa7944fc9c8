/**
 * Owns made-up sessions with structure, by a seed. An evening has its mood, and seldom another one after it. A mood has its
 * albums, each of which belongs to several moods: what was heard last does not tell the mood, all that was heard does. Albums are
 * heard in order for a while, and now and then a hit of the day comes between.
 */

import { pick, seededRandom } from '../../../infra/demo/seeded-random.ts'

export interface MadeSession {
  readonly id: number
  readonly items: readonly number[]
  /** Of its first item, seconds since 1970; the next ones follow by `TRACK_S`. */
  readonly startsAt: number
}

export interface MadeWorld {
  readonly train: readonly MadeSession[]
  readonly test: readonly MadeSession[]
}

export interface WorldSize {
  readonly sessions: number
  readonly moods: number
  readonly albumsOfMood: number
  readonly tracksOfAlbum: number
  /** In all. */
  readonly albums: number
}

export const SMALL: WorldSize = { sessions: 6000, moods: 240, albumsOfMood: 4, tracksOfAlbum: 8, albums: 120 }

/** Seconds of a track. */
export const TRACK_S = 200
const STARTS_AT = 1_780_000_000
const BETWEEN_S = 37
/** The first track of an album is picked, then the album goes on in order, so likely after each track. */
const GOES_ON = 0.5
const HIT = 0.2
const HITS = 10
const ANOTHER_MOOD = 0.03
/** Of all sessions, the last so many are the test. */
const TEST_PART = 0.1

export function makeSessions(seed: number, size: WorldSize = SMALL): MadeWorld {
  const random = seededRandom(seed)
  const { sessions, moods, albumsOfMood, tracksOfAlbum, albums } = size
  // The lower the number, the more often it is picked: a few are known to all, most to few.
  const skewed = (count: number) => Math.floor(count * random() ** 2)
  const ofMood = Array.from({ length: moods }, () =>
    Array.from({ length: albumsOfMood }, () => Math.floor(albums * random())),
  )
  const albumOf = (mood: number) => ofMood[mood]?.[skewed(albumsOfMood)] ?? 0
  const hits = Array.from({ length: HITS }, (_, n) => albums * tracksOfAlbum + n)

  const makeItems = (): number[] => {
    const items: number[] = []
    let mood = skewed(moods)
    const length = 2 + Math.floor(-Math.log(1 - random()) * 8)
    let [album, track] = [albumOf(mood), skewed(tracksOfAlbum)]
    while (items.length < length) {
      if (random() < HIT) {
        items.push(pick(random, hits))
        continue
      }
      items.push(album * tracksOfAlbum + track)
      if (random() < ANOTHER_MOOD) mood = skewed(moods)
      const isNextOfAlbum = random() < GOES_ON && track + 1 < tracksOfAlbum
      if (isNextOfAlbum) track += 1
      else [album, track] = [albumOf(mood), skewed(tracksOfAlbum)]
    }
    return items
  }
  const made = Array.from({ length: sessions }, (_, index) => ({
    id: index + 1,
    items: makeItems(),
    startsAt: STARTS_AT + index * BETWEEN_S,
  }))
  const split = Math.round(sessions * (1 - TEST_PART))
  return { train: made.slice(0, split), test: made.slice(split) }
}

/** As the lines of a file of sessions. */
export function* rowsOf(sessions: readonly MadeSession[]): Generator<string[]> {
  for (const { id, items, startsAt } of sessions)
    for (const [n, item] of items.entries()) yield [String(id), String(item), String(startsAt + n * TRACK_S)]
}
