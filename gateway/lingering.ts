/** Owns the saves that nobody waits for: gathered for a moment, so that what happens to a session at once is saved once. */

import type { HeldSession } from './held-session.ts'

/** A resume, the first word after it and its credit come within this; to lose so much with a gateway costs a listener nothing. */
const LINGER_MS = 10

export interface Lingering {
  add(held: HeldSession): void
  /** Takes the session, if its save lingers. */
  take(sessionId: string): HeldSession | undefined
  /** Saves all that linger now. */
  hurry(): void
}

/** @param save told of each session when its moment is over */
export function createLingering(save: (held: HeldSession) => void): Lingering {
  let sessions = new Map<string, HeldSession>()
  let timer: NodeJS.Timeout | undefined
  const hurry = () => {
    clearTimeout(timer)
    timer = undefined
    const due = sessions
    sessions = new Map()
    for (const held of due.values()) save(held)
  }
  return {
    add(held) {
      const id = held.session.who.session_id
      const known = sessions.get(id)
      // The hold that was taken over is saved all the same, and told by that.
      if (known !== undefined && known !== held) save(known)
      sessions.set(id, held)
      timer ??= setTimeout(hurry, LINGER_MS)
    },
    take(sessionId) {
      const held = sessions.get(sessionId)
      sessions.delete(sessionId)
      return held
    },
    hurry,
  }
}
