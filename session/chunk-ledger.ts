/** Owns which chunks of a stream were signed for: at what bitrate last, and until when the address lives. */

import type { BitrateKbps } from '../protocol/vocabulary.ts'

/** Two small arrays a stream, one cell a chunk. A bitrate of 0: never signed for. */
export interface ChunkLedger {
  readonly bitrateKbps: Uint16Array
  readonly expiresAtS: Uint32Array
}

export function emptyLedger(chunkCount: number): ChunkLedger {
  return { bitrateKbps: new Uint16Array(chunkCount), expiresAtS: new Uint32Array(chunkCount) }
}

/** Notes that chunk `index` was signed for. `expiresAtMs` is rounded down, so that the note never outlives the address. */
export function noteGrant(ledger: ChunkLedger, index: number, bitrate: BitrateKbps, expiresAtMs: number): void {
  ledger.bitrateKbps[index] = bitrate
  ledger.expiresAtS[index] = Math.floor(expiresAtMs / 1000)
}

/** Whether chunk `index` has an address at `bitrate` that still lives at `untilMs`. */
export function holdsAddress(ledger: ChunkLedger, index: number, bitrate: BitrateKbps, untilMs: number): boolean {
  return ledger.bitrateKbps[index] === bitrate && (ledger.expiresAtS[index] ?? 0) * 1000 > untilMs
}

/**
 * How far the playhead can have moved from `fromMs` towards `toMs` over audio that was signed for, in ms (D3).
 * The run ends where the first chunk begins that never was.
 */
export function grantedRunMs(ledger: ChunkLedger, chunkMs: number, fromMs: number, toMs: number): number {
  if (toMs <= fromMs) return 0
  let chunk = Math.floor(fromMs / chunkMs)
  let reach = fromMs
  while (reach < toMs && (ledger.bitrateKbps[chunk] ?? 0) !== 0) {
    chunk += 1
    reach = chunk * chunkMs
  }
  return Math.min(reach, toMs) - fromMs
}
