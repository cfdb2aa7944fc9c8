/** Owns how long a stream was heard: what the client claims, what the clock allows, what was signed for (D3). */

import type { StreamFlag } from '../protocol/vocabulary.ts'
import { type ChunkLedger, grantedRunMs } from './chunk-ledger.ts'

/** Frames wait in queues and clocks drift: a claim this far over a bound is not yet called false. */
export const CLAIM_TOLERANCE_MS = 1_500

/** The three sums, and the last evidence they stand on. */
export interface Listening {
  /** Where the playhead was at the last evidence. */
  anchorMs: number
  /** Server time of the last evidence. */
  anchorAtMs: number
  moving: boolean
  claimedMs: number
  elapsedMs: number
  grantedMs: number
}

export function startListening(positionMs: number, nowMs: number): Listening {
  return { anchorMs: positionMs, anchorAtMs: nowMs, moving: true, claimedMs: 0, elapsedMs: 0, grantedMs: 0 }
}

/** The client says where the playhead is. Moving back without a seek claims nothing. */
export function evidence(
  listening: Listening,
  ledger: ChunkLedger,
  chunkMs: number,
  positionMs: number,
  nowMs: number,
): void {
  if (listening.moving) {
    listening.claimedMs += Math.max(0, positionMs - listening.anchorMs)
    listening.elapsedMs += Math.max(0, nowMs - listening.anchorAtMs)
    listening.grantedMs += grantedRunMs(ledger, chunkMs, listening.anchorMs, positionMs)
    listening.anchorMs = positionMs
  }
  listening.anchorAtMs = nowMs
}

/** The playhead jumped to `positionMs`: what lies between was not heard. */
export function jump(listening: Listening, positionMs: number): void {
  listening.anchorMs = positionMs
}

/** Heard, in whole milliseconds: no more than claimed, than elapsed on the server, than signed for. */
export function msPlayed(listening: Listening): number {
  return Math.floor(Math.min(listening.claimedMs, listening.elapsedMs, listening.grantedMs))
}

/** The bounds that the claim broke; an empty list is a stream that may be paid. */
export function flagsOf(listening: Listening): StreamFlag[] {
  const flags: StreamFlag[] = []
  if (listening.claimedMs > listening.elapsedMs + CLAIM_TOLERANCE_MS) flags.push('claim-exceeds-elapsed')
  if (listening.claimedMs > listening.grantedMs + CLAIM_TOLERANCE_MS) flags.push('claim-exceeds-granted')
  return flags
}

/** Where the playhead is by now, if it kept moving since the last evidence. */
export function playheadMs(listening: Listening, nowMs: number): number {
  return listening.anchorMs + (listening.moving ? Math.max(0, nowMs - listening.anchorAtMs) : 0)
}
