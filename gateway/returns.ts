/** Owns what follows the return of a session: put off while others wait for theirs, so that thousands who come back at once are all heard first. */

import { type Connection, holdTurn } from './connection.ts'
import type { Context } from './context.ts'
import type { HeldSession } from './held-session.ts'

export interface ReturnsPace {
  /** More than so many who wait to resume are a crowd. */
  readonly crowd: number
  /** Clients that have come back and may speak a second; who comes back beyond that is asked to be quiet for a while. */
  readonly voicesPerSecond: number
  readonly mostQuietMs: number
  /** Where there is no crowd, so many silent ones a second are settled, the longest silent first. */
  readonly settledPerSecond: number
}

export const RETURNS_PACE: Omit<ReturnsPace, 'mostQuietMs'> = {
  crowd: 100,
  // What a client says when it is back costs about half a millisecond, with all that is done for it.
  voicesPerSecond: 1_500,
  settledPerSecond: 500,
}

/** A listener who asks for something waits no longer than this for those who are not back yet: then a part of the time is theirs. */
const MOST_PUT_OFF_MS = 2_000
/** Who was asked to be quiet has this long to speak afterwards. */
const LATE_WORD_MS = 5_000
const TICK_MS = 10
/** In one tick, of those who wait for something; and while there is a crowd, of those who have waited for too long. */
const A_SLICE = 20
const A_SLICE_IN_A_CROWD = 4
/** While there is a crowd, nobody's slot is sooner than this part of the longest: the crowd comes first. */
const CROWD_SHARE = 1 / 3
/** Too short to spread anybody over. */
const AT_ONCE_MS = 100

export interface Returns {
  /** How long the client of a session that comes back now is to be quiet; 0: not at all. */
  quietMs(nowMs: number): number
  /** The session has come back: its save, and what its account is told, wait until its client speaks, or there is time. */
  add(connection: Connection, held: HeldSession): void
  /** Its client speaks: settled now, or with what it asks as soon as the crowd is through. False: it was settled already. */
  speaks(connection: Connection): boolean
  /** The socket is gone, or no longer the session's. */
  leave(connection: Connection): void
}

interface Unsettled {
  readonly connection: Connection
  readonly held: HeldSession
  /** Done by then in any case. */
  dueMs: number
  release: (() => void) | undefined
}

export function createReturns(context: () => Context, pace: ReturnsPace): Returns {
  /** Those who have spoken stand apart: they wait for something. */
  const silent = new Map<Connection, Unsettled>()
  const asking = new Map<Connection, Unsettled>()
  const aTick = Math.max(1, Math.round((pace.settledPerSecond * TICK_MS) / 1000))
  let nextVoiceMs = 0
  let timer = false

  const isCrowd = (): boolean => context().waitingRoom.waiting('resume') > pace.crowd
  const take = (connection: Connection): Unsettled | undefined => {
    const found = asking.get(connection) ?? silent.get(connection)
    asking.delete(connection)
    silent.delete(connection)
    return found
  }
  const settle = ({ connection, held, release }: Unsettled): void => {
    const { keeper, leases } = context()
    take(connection)
    leases.arrive(held)
    keeper.save(held)
    release?.()
  }
  const settleSome = (queue: ReadonlyMap<Connection, Unsettled>, most: number, crowd: boolean): void => {
    const nowMs = context().now()
    let left = most
    for (const unsettled of queue.values()) {
      if (left === 0 || (crowd && unsettled.dueMs > nowMs)) return
      left -= 1
      settle(unsettled)
    }
  }
  const tick = (): void => {
    timer = false
    const crowd = isCrowd()
    settleSome(asking, crowd ? A_SLICE_IN_A_CROWD : A_SLICE, crowd)
    if (asking.size === 0 || crowd) settleSome(silent, aTick, crowd)
    wake()
  }
  const wake = (): void => {
    if (timer || silent.size + asking.size === 0) return
    timer = true
    context().after(TICK_MS, tick)
  }

  return {
    quietMs(nowMs) {
      const soonestMs = isCrowd() ? pace.mostQuietMs * CROWD_SHARE : 0
      const slotMs = Math.max(nowMs + soonestMs, nextVoiceMs)
      const waitMs = slotMs - nowMs
      if (waitMs > pace.mostQuietMs) return Math.ceil(pace.mostQuietMs * (0.5 + Math.random() / 2))
      nextVoiceMs = slotMs + 1000 / pace.voicesPerSecond
      return waitMs < AT_ONCE_MS ? 0 : Math.ceil(waitMs)
    },
    add(connection, held) {
      const dueMs = context().now() + pace.mostQuietMs + LATE_WORD_MS
      silent.set(connection, { connection, held, dueMs, release: undefined })
      context().keeper.park(held)
      wake()
    },
    speaks(connection) {
      const unsettled = silent.get(connection)
      if (unsettled === undefined) return asking.has(connection)
      if (!isCrowd()) {
        settle(unsettled)
        return true
      }
      silent.delete(connection)
      unsettled.dueMs = context().now() + MOST_PUT_OFF_MS
      unsettled.release = holdTurn(connection)
      asking.set(connection, unsettled)
      return true
    },
    leave(connection) {
      const unsettled = take(connection)
      if (unsettled === undefined) return
      context().keeper.save(unsettled.held)
      unsettled.release?.()
    },
  }
}
