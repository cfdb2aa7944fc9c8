/** Owns telling a stall from a start, a seek and a pause: a playhead that should move and does not, for want of audio. Pure. */

/** Shorter than this is nothing that anyone hears. */
export const SHORTEST_STALL_MS = 120

export interface StallWatch {
  /** The playhead stands still for want of audio, though it should move. */
  stands(nowMs: number): void
  /** It moves again; returns how long it stood, when that was a stall. */
  moves(nowMs: number): number | undefined
  /** It stands still for a good reason from here on: paused, sought, another track. */
  excused(): void
  readonly standing: boolean
}

export function createStallWatch(): StallWatch {
  let sinceMs: number | undefined
  return {
    stands(nowMs) {
      sinceMs ??= nowMs
    },
    moves(nowMs) {
      const stoodMs = sinceMs === undefined ? 0 : nowMs - sinceMs
      sinceMs = undefined
      return stoodMs >= SHORTEST_STALL_MS ? Math.round(stoodMs) : undefined
    },
    excused() {
      sinceMs = undefined
    },
    get standing() {
      return sinceMs !== undefined
    },
  }
}
