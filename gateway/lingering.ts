/** Owns the saves that nobody waits for: gathered for a moment, so that what happens to a session at once is saved once. */

import type { HeldSession } from './held-session.ts'

/** A resume, the first word after it and its credit come within this; to lose so much with a gateway costs a listener nothing. */
const LINGER_MS = 10

export interface Lingering {
  add(held: HeldSession): void
  /** As `add`, and for longer. */
  rest(held: HeldSession): void
  /** Not before it is added, taken, or all are hurried. */
  park(held: HeldSession): void
  /** Takes the session, if its save lingers. */
  take(sessionId: string): HeldSession | undefined
  /** Saves all that linger now. */
  hurry(): void
  readonly any: boolean
}

/**
 * @param save told of each session when its moment is over
 * @param restMs how long those linger that were saved just now
 */
export function createLingering(save: (held: HeldSession) => void, restMs: number): Lingering {
  const soon = createRoom(save, LINGER_MS)
  const resting = createRoom(save, restMs)
  const parked = createRoom(save)
  const rooms = [soon, resting, parked]
  const enter = (room: Room, held: HeldSession): void => {
    const id = held.session.who.session_id
    for (const each of rooms) {
      const known = each.find(id)
      if (known === undefined || (known === held && each === room)) continue
      each.take(id)
      // The hold that was taken over is saved all the same, and told by that.
      if (known !== held) save(known)
    }
    room.enter(id, held)
  }
  return {
    add: (held) => enter(soon, held),
    rest: (held) => enter(resting, held),
    park: (held) => enter(parked, held),
    take: (sessionId) => soon.take(sessionId) ?? resting.take(sessionId) ?? parked.take(sessionId),
    hurry() {
      for (const room of rooms) room.empty()
    },
    get any() {
      return rooms.some(({ size }) => size > 0)
    },
  }
}

interface Room {
  enter(sessionId: string, held: HeldSession): void
  find(sessionId: string): HeldSession | undefined
  take(sessionId: string): HeldSession | undefined
  empty(): void
  readonly size: number
}

/** @param emptyMs after the first has entered; undefined: never by itself */
function createRoom(save: (held: HeldSession) => void, emptyMs?: number): Room {
  let sessions = new Map<string, HeldSession>()
  let timer: NodeJS.Timeout | undefined
  const empty = () => {
    clearTimeout(timer)
    timer = undefined
    const due = sessions
    sessions = new Map()
    for (const held of due.values()) {
      held.lingers = false
      save(held)
    }
  }
  return {
    enter(sessionId, held) {
      sessions.set(sessionId, held)
      held.lingers = emptyMs !== undefined
      if (emptyMs !== undefined) timer ??= setTimeout(empty, emptyMs)
    },
    find: (sessionId) => sessions.get(sessionId),
    take(sessionId) {
      const held = sessions.get(sessionId)
      if (held === undefined) return undefined
      sessions.delete(sessionId)
      held.lingers = false
      return held
    },
    empty,
    get size() {
      return sessions.size
    },
  }
}
