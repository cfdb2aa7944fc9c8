/** Owns how much of a time those heard who only listen. */

import type { Listener } from './listener.ts'
import { type Fault, faultText } from './schedule.ts'

/** A listener who played when a fault came, and what it had heard by then. */
interface Ear {
  readonly listener: Listener
  readonly beforeMs: number
}

/** What was heard while a part was hurt. */
export interface Heard {
  readonly fault: string
  readonly listeners: number
  /** From 0 to 1, of all of their time: what is missing is stalls, and the beginnings of tracks. */
  readonly share: number
  /** Of the one who heard least. */
  readonly leastShare: number
}

export function earsOf(listeners: readonly Listener[]): readonly Ear[] {
  return listeners
    .filter(({ isCalm, player }) => isCalm && player.moving)
    .map((listener) => ({ listener, beforeMs: heardBy(listener) }))
}

export function heardSince(ears: readonly Ear[], fault: Fault, elapsedMs: number): Heard {
  const shares = ears.map(({ listener, beforeMs }) => Math.min(1, (heardBy(listener) - beforeMs) / elapsedMs))
  return {
    fault: faultText(fault),
    listeners: ears.length,
    share: shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length),
    leastShare: Math.min(1, ...shares),
  }
}

function heardBy({ player }: Listener): number {
  return [...player.heardMs.values()].reduce((sum, ms) => sum + ms, 0)
}
