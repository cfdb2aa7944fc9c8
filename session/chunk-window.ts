/** Owns which chunks to sign next: the client's window, bounded by the look-ahead from the playhead (D6). */

import type { BitrateKbps } from '../protocol/vocabulary.ts'
import { type ChunkLedger, holdsAddress, noteGrant } from './chunk-ledger.ts'

/** How far ahead, and for how long, addresses are given. */
export interface GrantPolicy {
  /** Chunks ahead of the playhead that may be signed. */
  readonly lookAheadChunks: number
  /** How long an address lives: the bound on revocation. */
  readonly urlLifeMs: number
  /** An address not yet used is renewed when it has less than this left. */
  readonly renewBeforeMs: number
}

export const GRANT_POLICY: GrantPolicy = { lookAheadChunks: 8, urlLifeMs: 60_000, renewBeforeMs: 20_000 }

/** What the client wants: its last `credit`. */
export interface ChunkWindow {
  readonly bitrate: BitrateKbps
  readonly nextChunk: number
  readonly chunks: number
}

/** Chunks to sign now, in order. */
export interface ChunkGrant {
  readonly bitrate: BitrateKbps
  readonly chunks: readonly number[]
  readonly expiresAtMs: number
  /** The first grant of this rendition, or one that renews: the initialisation segment goes with it. */
  readonly withInit: boolean
}

/** The grant due at `nowMs`, noted in the ledger; undefined when every chunk of the window has a good address. */
export function dueGrant(
  ledger: ChunkLedger,
  window: ChunkWindow,
  chunkCount: number,
  playheadChunk: number,
  nowMs: number,
  policy: GrantPolicy,
): ChunkGrant | undefined {
  const end = Math.min(window.nextChunk + window.chunks, playheadChunk + 1 + policy.lookAheadChunks, chunkCount)
  let chunks: number[] | undefined
  let renews = false
  for (let index = window.nextChunk; index < end; index++) {
    if (holdsAddress(ledger, index, window.bitrate, nowMs + policy.renewBeforeMs)) continue
    renews ||= ledger.bitrateKbps[index] === window.bitrate
    chunks ??= []
    chunks.push(index)
  }
  if (chunks === undefined) return undefined
  const withInit = renews || !ledger.bitrateKbps.includes(window.bitrate)
  const expiresAtMs = nowMs + policy.urlLifeMs
  for (const index of chunks) noteGrant(ledger, index, window.bitrate, expiresAtMs, nowMs)
  return { bitrate: window.bitrate, chunks, expiresAtMs, withInit }
}
