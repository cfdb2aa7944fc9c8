/** Owns an advertisement as the core plays it: for how long on end it was audible (MRC), and whether it may be left. */

import type { AdInfo } from '../protocol/messages/playback.ts'
import { AUDIBLE_MS } from '../protocol/vocabulary.ts'
import { CLAIM_TOLERANCE_MS, type Listening, msPlayed } from './listening.ts'
import type { Session } from './session.ts'
import type { Stream } from './stream.ts'
import type { Track } from './track.ts'

/** Made anew for each play, by which it is an impression. */
export type Ad = AdInfo

export function isAd(plays: Track | Ad): plays is Ad {
  return 'creative_id' in plays
}

/** What was audible of an advertisement, by evidence that came without a break. */
export interface Audible {
  /** Up to the last evidence. */
  runMs: number
  longestMs: number
  /** Silent at the last evidence. */
  muted: boolean
}

/** Between two pieces of evidence the clock may run so much ahead of the playhead before that is a break. */
const BREAK_MS = 500
/** A playhead rests a little before the last sample. */
const END_SLACK_MS = 250

export const newAudible = (): Audible => ({ runMs: 0, longestMs: 0, muted: false })

/** From one evidence to the next `listening` grew by these. What is not proven to be without a break begins a new run. */
export function hear(
  audible: Audible,
  grown: { readonly claimedMs: number; readonly elapsedMs: number; readonly grantedMs: number },
  muted: boolean,
): void {
  const { claimedMs, elapsedMs, grantedMs } = grown
  const silent = muted || audible.muted
  audible.muted = muted
  if (silent || elapsedMs - claimedMs > BREAK_MS || claimedMs - grantedMs > BREAK_MS) {
    audible.runMs = 0
    return
  }
  audible.runMs += Math.max(0, Math.min(claimedMs, elapsedMs, grantedMs))
  audible.longestMs = Math.max(audible.longestMs, audible.runMs)
}

/** How many quarters were heard. */
export function quartileOf(listening: Listening, durationMs: number): number {
  const playedMs = msPlayed(listening)
  return playedMs >= durationMs - END_SLACK_MS ? 4 : Math.floor((4 * playedMs) / durationMs)
}

/** Whether it counts, so far. */
export function isHeard({ audible, listening }: Stream): boolean {
  return audible !== undefined && audible.longestMs >= AUDIBLE_MS && listening.flags.length === 0
}

/** The advertisement that is open; undefined when none is. */
export function openAd({ state }: Session): Ad | undefined {
  if (state.at === 'idle' || !isAd(state.stream.track)) return undefined
  return state.stream.track
}

/** Whether the listener may go on to what comes next: at its end, by the clock of the server, or when nothing keeps him in it. */
export function mayLeave({ state }: Session, reason: 'next' | 'completed' | 'failed', nowMs: number): boolean {
  if (state.at === 'idle' || !isAd(state.stream.track) || reason === 'failed') return true
  const { listening, track } = state.stream
  const sinceMs = listening.moving ? Math.max(0, nowMs - listening.anchorAtMs) : 0
  const mostMs = listening.elapsedMs + sinceMs + CLAIM_TOLERANCE_MS
  const untilMs = reason === 'completed' ? track.duration_ms : track.skip_after_ms
  return untilMs !== undefined && mostMs >= untilMs
}
