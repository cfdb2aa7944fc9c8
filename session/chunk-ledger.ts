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

/** A ledger as a snapshot holds it: of the chunks from the first that was signed for to the last, each list as the bytes of its array. */
export interface LedgerBytes {
  readonly chunkCount: number
  readonly from: number
  readonly firsts: Uint8Array
  readonly bitrates: Uint8Array
  readonly expiries: Uint8Array
}

/** Written with every save, and so as bytes: number by number it would be most of what a save costs. */
export function ledgerBytes({ firstMs, bitrateKbps, expiresAtS }: ChunkLedger): LedgerBytes {
  let to = bitrateKbps.length
  while (to > 0 && bitrateKbps[to - 1] === 0) to -= 1
  let from = 0
  while (from < to && bitrateKbps[from] === 0) from += 1
  return {
    chunkCount: bitrateKbps.length,
    from,
    firsts: new Uint8Array(firstMs.slice(from, to).buffer),
    bitrates: new Uint8Array(bitrateKbps.slice(from, to).buffer),
    expiries: new Uint8Array(expiresAtS.slice(from, to).buffer),
  }
}

export function ledgerFrom(
  { chunkCount, from, firsts, bitrates, expiries }: LedgerBytes,
  startedAtMs: number,
): ChunkLedger {
  const ledger = emptyLedger(chunkCount, startedAtMs)
  // Copies: bytes read from a snapshot may begin where no number may.
  ledger.firstMs.set(new Uint32Array(new Uint8Array(firsts).buffer), from)
  ledger.bitrateKbps.set(new Uint16Array(new Uint8Array(bitrates).buffer), from)
  ledger.expiresAtS.set(new Uint32Array(new Uint8Array(expiries).buffer), from)
  return ledger
}

/** Notes that chunk `index` was signed for. `expiresAtMs` is rounded down, so that the note never outlives the address. */
export function noteGrant(
  ledger: ChunkLedger,
  index: number,
  bitrate: BitrateKbps,
  expiresAtMs: number,
  nowMs: number,
): void {
  // The stream may have begun on a gateway whose clock is ahead: before its beginning nothing was signed for.
  if (!wasGranted(ledger, index)) ledger.firstMs[index] = Math.max(0, nowMs - ledger.startedAtMs)
  ledger.bitrateKbps[index] = bitrate
  ledger.expiresAtS[index] = Math.floor(expiresAtMs / 1000)
}

/** How long after its start the stream was granted its first chunk; 0 when it never was. */
export function firstGrantMs(ledger: ChunkLedger): number {
  let first = Number.POSITIVE_INFINITY
  ledger.firstMs.forEach((ms, index) => {
    if (wasGranted(ledger, index)) first = Math.min(first, ms)
  })
  return first === Number.POSITIVE_INFINITY ? 0 : first
}

/** Whether chunk `index` has an address at `bitrate` that still lives at `untilMs`. */
export function holdsAddress(ledger: ChunkLedger, index: number, bitrate: BitrateKbps, untilMs: number): boolean {
  return ledger.bitrateKbps[index] === bitrate && (ledger.expiresAtS[index] ?? 0) * 1000 > untilMs
}

/** Addresses that were given may not have arrived: each is given again when it is asked for. What was signed for stays signed for. */
export function forgetAddresses(ledger: ChunkLedger): void {
  ledger.expiresAtS.fill(0)
}

/**
 * How much of the way from `fromMs` to `toMs` the playhead can have heard by `nowMs` over audio that was signed for, in ms (D3).
 * What lies over a chunk that never was is not heard; and from a chunk on that was first signed for a second ago, no more than a second.
 */
export function grantedRunMs(
  ledger: ChunkLedger,
  chunkMs: number,
  fromMs: number,
  toMs: number,
  nowMs: number,
): number {
  let heardMs = 0
  let mostMs = Number.POSITIVE_INFINITY
  for (let chunk = Math.floor(fromMs / chunkMs); chunk * chunkMs < toMs; chunk++) {
    if (!wasGranted(ledger, chunk)) continue
    const sinceMs = nowMs - ledger.startedAtMs - (ledger.firstMs[chunk] ?? 0)
    mostMs = Math.min(mostMs, heardMs + Math.max(0, sinceMs))
    const overMs = Math.min((chunk + 1) * chunkMs, toMs) - Math.max(chunk * chunkMs, fromMs)
    heardMs = Math.min(heardMs + overMs, mostMs)
  }
  // Moving back hears nothing.
  return Math.max(0, heardMs)
}

function wasGranted(ledger: ChunkLedger, index: number): boolean {
  return (ledger.bitrateKbps[index] ?? 0) !== 0
}
