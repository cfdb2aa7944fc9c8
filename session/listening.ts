/** Owns how long a stream was heard: what the client claims, what the clock allows, what was signed for (D3). */

import type { StreamFlag } from '../protocol/vocabulary.ts'
import { type ChunkLedger, firstGrantMs, grantedRunMs } from './chunk-ledger.ts'

/** Frames wait in queues and clocks drift: a claim this far over a bound is not yet called false. */
export const CLAIM_TOLERANCE_MS = 1_500

/** A gateway that follows a clock which was set is off by a thousandth (`gateway/clock.ts`), and a player's clock by less: over an hour that is seconds. */
const CLOCK_DRIFT = 0.002

/** A stream that goes on after a lost session is heard from the buffer at first: so much of that is not called false, though it does not count. */
const BUFFERED_MS = 10_000

/** The three sums, and the last evidence they stand on. */
export interface Listening {
  /** Where the playhead was at the last evidence. */
  anchorMs: number
  /** Server time of the last evidence. */
  anchorAtMs: number
  moving: boolean
  /** Its client saw what no save held: a seek may be among that, and from where on it heard is not known before its next word. */
  astray: boolean
  claimedMs: number
  elapsedMs: number
  grantedMs: number
  /** The bounds that a claim broke so far: never taken back. */
  readonly flags: StreamFlag[]
}

export function startListening(positionMs: number, nowMs: number): Listening {
  return {
    anchorMs: positionMs,
    anchorAtMs: nowMs,
    moving: true,
    astray: false,
    claimedMs: 0,
    elapsedMs: 0,
    grantedMs: 0,
    flags: [],
  }
}

/** The client says where the playhead is. Moving back without a seek claims nothing, and no way is claimed twice. */
export function evidence(
  listening: Listening,
  ledger: ChunkLedger,
  chunkMs: number,
  positionMs: number,
  nowMs: number,
): void {
  if (listening.astray) {
    listening.astray = false
    listening.anchorMs = positionMs
  } else if (listening.moving) {
    listening.claimedMs += Math.max(0, positionMs - listening.anchorMs)
    listening.elapsedMs += Math.max(0, nowMs - listening.anchorAtMs)
    listening.grantedMs += grantedRunMs(ledger, chunkMs, listening.anchorMs, positionMs, nowMs)
    listening.anchorMs = Math.max(listening.anchorMs, positionMs)
    judge(listening, ledger)
  } else {
    // It stands further on than was known: what lies between was heard, if at all, by a gateway that lost it.
    listening.anchorMs = Math.max(listening.anchorMs, positionMs)
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

function judge(listening: Listening, ledger: ChunkLedger): void {
  const suspectMs = listening.claimedMs - CLAIM_TOLERANCE_MS
  if (suspectMs > listening.elapsedMs * (1 + CLOCK_DRIFT)) flag(listening, 'claim-exceeds-elapsed')
  // Of what was signed for, so much was heard as the same clock says there was time for.
  const grantedMs = listening.grantedMs * (1 + CLOCK_DRIFT)
  if (suspectMs <= grantedMs || listening.flags.includes('claim-exceeds-granted')) return
  if (suspectMs - Math.min(firstGrantMs(ledger), BUFFERED_MS) > grantedMs) flag(listening, 'claim-exceeds-granted')
}

function flag(listening: Listening, broken: StreamFlag): void {
  if (!listening.flags.includes(broken)) listening.flags.push(broken)
}

/** Where the playhead is by now, if it kept moving since the last evidence. */
export function playheadMs(listening: Listening, nowMs: number): number {
  return listening.anchorMs + (listening.moving ? Math.max(0, nowMs - listening.anchorAtMs) : 0)
}
