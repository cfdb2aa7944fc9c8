/** Owns how loud this page is: heard, kept for the next visit, and shown to the listener's other devices. */

import type { AudioOutput } from './audio-output.ts'
import { keep, kept } from './device.ts'
import { paced } from './paced.ts'

const TELL_EVERY_MS = 300
const FIRST_SHARE = 0.8

export interface OwnVolume {
  /** From 0 to 1. */
  readonly share: number
  set(share: number): void
}

/** @param tell shows the other devices what this one does */
export function createOwnVolume(output: AudioOutput, tell: () => void): OwnVolume {
  let share = Number(kept('volume') ?? FIRST_SHARE)
  output.setVolume(share)
  const told = paced<void>(TELL_EVERY_MS, tell)
  return {
    get share() {
      return share
    },
    set(next) {
      share = Math.min(1, Math.max(0, next))
      keep('volume', share)
      output.setVolume(share)
      told()
    },
  }
}
