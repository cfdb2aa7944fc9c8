/** Owns what Redis does not have yet: sessions that went on while it was away, and words about streams that ended. */

import type { HeldSession } from './held-session.ts'

type Work = () => Promise<void>

export interface Unsaved {
  add(held: HeldSession): void
  remove(held: HeldSession): void
  /** The session, if its latest state is only here. */
  of(sessionId: string): HeldSession | undefined
  /** All of them, the longest unsaved first. They stay until they are removed. */
  sessions(): HeldSession[]
  owe(streamId: string, work: Work): void
  /** Takes all that is owed, the oldest first. */
  takeOwed(): [string, Work][]
  readonly count: number
  countOf(which: (held: HeldSession) => boolean): number
}

/** Of players that left while Redis was away, the oldest are let go beyond this: they sign in anew. */
const MOST = 100_000

export interface UnsavedEvents {
  /** This session has come to be unsaved. */
  added(held: HeldSession): void
  /** There is a newer hold of its session here: this one is not kept, and no save will take it. */
  outdated(held: HeldSession): void
  /** There was no room: this one, the oldest, is let go. */
  letGo(held: HeldSession): void
  /** Nor for a word: the oldest is let go. */
  letGoWord(): void
}

export function createUnsaved({ added, outdated, letGo, letGoWord }: UnsavedEvents, most = MOST): Unsaved {
  const sessions = new Map<string, HeldSession>()
  const owed = new Map<string, Work>()
  return {
    add(held) {
      const id = held.session.who.session_id
      const known = sessions.get(id)
      if (known === held) return
      // A hold that was taken over from here must not push out the one that took it.
      if (known !== undefined && known.epoch > held.epoch) {
        outdated(held)
        return
      }
      sessions.set(id, held)
      if (known !== undefined) outdated(known)
      const oldest = overflow(sessions, most)
      if (oldest !== undefined) letGo(oldest)
      added(held)
    },
    remove(held) {
      const id = held.session.who.session_id
      if (sessions.get(id) === held) sessions.delete(id)
    },
    of: (sessionId) => sessions.get(sessionId),
    sessions: () => [...sessions.values()],
    owe(streamId, work) {
      owed.set(streamId, work)
      if (overflow(owed, most) !== undefined) letGoWord()
    },
    takeOwed() {
      const taken = [...owed]
      owed.clear()
      return taken
    },
    get count() {
      return sessions.size
    },
    countOf(which) {
      let count = 0
      for (const held of sessions.values()) if (which(held)) count += 1
      return count
    },
  }
}

/** Takes the oldest out of what has grown beyond `most`. */
function overflow<V>(map: Map<string, V>, most: number): V | undefined {
  if (map.size <= most) return undefined
  for (const [key, value] of map) {
    map.delete(key)
    return value
  }
  return undefined
}
