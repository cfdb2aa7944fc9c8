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
  /** The bounds that a claim broke so far: never taken back. */
  readonly flags: StreamFlag[]
}

export function startListening(positionMs: number, nowMs: number): Listening {
  return { anchorMs: positionMs, anchorAtMs: nowMs, moving: true, claimedMs: 0, elapsedMs: 0, grantedMs: 0, flags: [] }
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
    listening.grantedMs += grantedRunMs(ledger, chunkMs, listening.anchorMs, positionMs, nowMs)
    listening.anchorMs = positionMs
    judge(listening)
  }
  // Evidence may be judged after what came later: time does not run back for that.
  listening.anchorAtMs = Math.max(listening.anchorAtMs, nowMs)
}

/** The playhead jumped to `positionMs`: what lies between was not heard. */
export function jump(listening: Listening, positionMs: number): void {
  listening.anchorMs = positionMs
}

/** Heard, in whole milliseconds: no more than claimed, than elapsed on the server, than signed for. */
export function msPlayed(listening: Listening): number {
  return Math.floor(Math.min(listening.claimedMs, listening.elapsedMs, listening.grantedMs))
}

function judge(listening: Listening): void {
  const suspectMs = listening.claimedMs - CLAIM_TOLERANCE_MS
  if (suspectMs > listening.elapsedMs) flag(listening, 'claim-exceeds-elapsed')
  if (suspectMs > listening.grantedMs) flag(listening, 'claim-exceeds-granted')
}

function flag(listening: Listening, broken: StreamFlag): void {
  if (!listening.flags.includes(broken)) listening.flags.push(broken)
}

/** Where the playhead is by now, if it kept moving since the last evidence. */
export function playheadMs(listening: Listening, nowMs: number): number {
  return listening.anchorMs + (listening.moving ? Math.max(0, nowMs - listening.anchorAtMs) : 0)
}
