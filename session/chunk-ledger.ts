/** Owns which chunks of a stream were signed for: when first, at what bitrate last, and until when the address lives. */

import type { BitrateKbps } from '../protocol/vocabulary.ts'

/** Small arrays a stream, one cell a chunk. A bitrate of 0: never signed for. */
export interface ChunkLedger {
  readonly startedAtMs: number
  /** When the chunk was first signed for, in ms after `startedAtMs`. */
  readonly firstMs: Uint32Array
  readonly bitrateKbps: Uint16Array
  readonly expiresAtS: Uint32Array
}

export function emptyLedger(chunkCount: number, startedAtMs: number): ChunkLedger {
  return {
    startedAtMs,
    firstMs: new Uint32Array(chunkCount),
    bitrateKbps: new Uint16Array(chunkCount),
    expiresAtS: new Uint32Array(chunkCount),
  }
}

/** Notes that chunk `index` was signed for. `expiresAtMs` is rounded down, so that the note never outlives the address. */
export function noteGrant(
  ledger: ChunkLedger,
  index: number,
  bitrate: BitrateKbps,
  expiresAtMs: number,
  nowMs: number,
): void {
  if (!wasGranted(ledger, index)) ledger.firstMs[index] = nowMs - ledger.startedAtMs
  ledger.bitrateKbps[index] = bitrate
  ledger.expiresAtS[index] = Math.floor(expiresAtMs / 1000)
}

/** Whether chunk `index` has an address at `bitrate` that still lives at `untilMs`. */
export function holdsAddress(ledger: ChunkLedger, index: number, bitrate: BitrateKbps, untilMs: number): boolean {
  return ledger.bitrateKbps[index] === bitrate && (ledger.expiresAtS[index] ?? 0) * 1000 > untilMs
}

/**
 * How far the playhead can have moved from `fromMs` towards `toMs` by `nowMs` over audio that was signed for, in ms (D3).
 * The run ends where a chunk begins that never was; and from a chunk on that was first signed for a second ago, no more than a second was heard.
 */
export function grantedRunMs(
  ledger: ChunkLedger,
  chunkMs: number,
  fromMs: number,
  toMs: number,
  nowMs: number,
): number {
  let reach = fromMs
  let limit = toMs
  for (let chunk = Math.floor(fromMs / chunkMs); reach < limit && wasGranted(ledger, chunk); chunk++) {
    const sinceMs = nowMs - ledger.startedAtMs - (ledger.firstMs[chunk] ?? 0)
    limit = Math.min(limit, reach + Math.max(0, sinceMs))
    reach = Math.min((chunk + 1) * chunkMs, limit)
  }
  return Math.max(0, reach - fromMs)
}

function wasGranted(ledger: ChunkLedger, index: number): boolean {
  return (ledger.bitrateKbps[index] ?? 0) !== 0
}
