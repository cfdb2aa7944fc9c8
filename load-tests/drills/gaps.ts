/** Owns which silences are a fault's: those of a listener who had audio enough in hand when it came. Pure. */

import type { Stall } from '../headless-player.ts'

/** With this much audio in hand, nobody may hear that a gateway died. */
export const ENOUGH_BUFFER_MS = 10_000
/** A gap may come a while after its cause. */
const AFTERMATH_MS = 5_000

/** How a listener stood when a fault came. */
export interface Standing {
  readonly bufferMs: number
  readonly moving: boolean
}

/** The stalls of one listener between `fromMs` and `toMs` that it could not have had but for what happened then. */
export function gapsOf(stalls: readonly Stall[], before: Standing, fromMs: number, toMs: number): readonly Stall[] {
  if (!before.moving || before.bufferMs < ENOUGH_BUFFER_MS) return []
  return stalls.filter(
    // After a jump the buffer in hand was for another place.
    ({ atMs, jumpedAtMs }) => atMs >= fromMs && atMs <= toMs + AFTERMATH_MS && jumpedAtMs < fromMs,
  )
}
