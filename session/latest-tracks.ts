/** Owns the sets of tracks that a session remembers: of an evening; what is older may be suggested again. */

export const MOST_REMEMBERED = 200

/** Shared by all that remember none, as most of those who only sign in do. */
export const NO_TRACKS: ReadonlySet<string> = new Set()

/** With `trackId` as the latest, in a set of its own: what was saved of the one before stays as it is. */
export function withLatest(tracks: ReadonlySet<string>, trackId: string): ReadonlySet<string> {
  const now = new Set(tracks)
  now.delete(trackId)
  now.add(trackId)
  for (const oldest of now) {
    if (now.size <= MOST_REMEMBERED) break
    now.delete(oldest)
  }
  return now
}
