/** Owns the saves that nobody waits for: gathered for a moment, so that what happens to a session at once is saved once. */

import type { HeldSession } from './held-session.ts'

/** A resume, the first word after it and its credit come within this; to lose so much with a gateway costs a listener nothing. */
const LINGER_MS = 10

export interface Lingering {
  add(held: HeldSession): void
  /** Not before it is added, taken, or all are hurried. */
  park(held: HeldSession): void
  /** Takes the session, if its save lingers. */
  take(sessionId: string): HeldSession | undefined
  /** Saves all that linger now. */
  hurry(): void
}

/** @param save told of each session when its moment is over */
export function createLingering(save: (held: HeldSession) => void): Lingering {
  let sessions = new Map<string, HeldSession>()
  const parked = new Map<string, HeldSession>()
  let timer: NodeJS.Timeout | undefined
  const hurry = () => {
    clearTimeout(timer)
    timer = undefined
    const due = sessions
    sessions = new Map()
    for (const held of due.values()) save(held)
  }
  /** The hold that was taken over is saved all the same, and told by that. */
  const outdate = (among: ReadonlyMap<string, HeldSession>, held: HeldSession): void => {
    const known = among.get(held.session.who.session_id)
    if (known !== undefined && known !== held) save(known)
  }
  return {
    add(held) {
      const id = held.session.who.session_id
      outdate(sessions, held)
      outdate(parked, held)
      parked.delete(id)
      sessions.set(id, held)
      timer ??= setTimeout(hurry, LINGER_MS)
    },
    park(held) {
      outdate(parked, held)
      parked.set(held.session.who.session_id, held)
    },
    take(sessionId) {
      const held = sessions.get(sessionId) ?? parked.get(sessionId)
      sessions.delete(sessionId)
      parked.delete(sessionId)
      return held
    },
    hurry() {
      for (const held of parked.values()) save(held)
      parked.clear()
      hurry()
    },
  }
}
