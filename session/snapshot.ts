/** Owns the session as bytes hold it: plain values, so that any gateway can go on where another one stopped (D8). */

import type { BitrateKbps, ReasonStart } from '../protocol/vocabulary.ts'
import type { Identity } from './identity.ts'
import type { Listening } from './listening.ts'
import type { Sayings } from './numbered.ts'
import type { Session, State } from './session.ts'
import type { Stream } from './stream.ts'
import type { Track } from './track.ts'
import type { UpNextTrack } from './up-next.ts'

/** Raised with every change of shape: a snapshot of another version is no snapshot. */
const VERSION = 1

/** Of an evening; what was played before that may be suggested again. */
const MOST_PLAYED = 200

interface StreamSnapshot {
  readonly streamId: string
  readonly track: Track
  readonly startedAtMs: number
  readonly reasonStart: ReasonStart
  readonly firsts: readonly number[]
  readonly bitrates: readonly number[]
  readonly expiries: readonly number[]
  readonly listening: Listening
  readonly window: { readonly bitrate: BitrateKbps; readonly nextChunk: number; readonly chunks: number } | null
}

export interface SessionSnapshot {
  readonly version: number
  readonly who: Identity
  readonly at: State['at']
  readonly stream: StreamSnapshot | null
  readonly upNext: readonly UpNextTrack[]
  readonly played: readonly string[]
  readonly endedStreamId: string
  readonly sayings: Sayings
}

export function snapshotOf(session: Session): SessionSnapshot {
  const { who, state, upNext, played, endedStreamId, sayings } = session
  const stream = state.at === 'idle' ? null : streamSnapshot(state.stream)
  return {
    version: VERSION,
    who,
    at: state.at,
    stream,
    upNext,
    played: [...played].slice(-MOST_PLAYED),
    endedStreamId,
    sayings,
  }
}

/** The session again; undefined when the snapshot is of another version. */
export function sessionFrom(snapshot: SessionSnapshot): Session | undefined {
  if (snapshot.version !== VERSION) return undefined
  const { who, at, stream, upNext, played, endedStreamId, sayings } = snapshot
  const state: State = at === 'idle' || stream === null ? { at: 'idle' } : { at, stream: streamFrom(stream) }
  return { who, state, upNext, played: new Set(played), endedStreamId, sayings }
}

function streamSnapshot(stream: Stream): StreamSnapshot {
  const { ledger, window, ...rest } = stream
  return {
    ...rest,
    firsts: Array.from(ledger.firstMs),
    bitrates: Array.from(ledger.bitrateKbps),
    expiries: Array.from(ledger.expiresAtS),
    window: window ?? null,
  }
}

function streamFrom(snapshot: StreamSnapshot): Stream {
  const { firsts, bitrates, expiries, window, ...rest } = snapshot
  const ledger = {
    startedAtMs: rest.startedAtMs,
    firstMs: Uint32Array.from(firsts),
    bitrateKbps: Uint16Array.from(bitrates),
    expiresAtS: Uint32Array.from(expiries),
  }
  return { ...rest, ledger, window: window ?? undefined }
}
