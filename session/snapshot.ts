/** Owns the session as bytes hold it: plain values, so that any gateway can go on where another one stopped (D8). */

import { plainMsgpack } from '../protocol/plain-msgpack.ts'
import type { BitrateKbps, ReasonStart } from '../protocol/vocabulary.ts'
import type { Ad, Audible } from './ad.ts'
import { type LedgerBytes, ledgerBytes, ledgerFrom } from './chunk-ledger.ts'
import type { Identity } from './identity.ts'
import { NO_TRACKS } from './latest-tracks.ts'
import type { Lease } from './lease.ts'
import type { Listening } from './listening.ts'
import { MOST_REPLAYED } from './numbered.ts'
import { Replay } from './replay.ts'
import { type DeviceFacts, NOTHING_NEXT, type Session, type State } from './session.ts'
import type { Stream } from './stream.ts'
import type { Track } from './track.ts'
import type { UpNextTrack } from './up-next.ts'

/** Raised with every change of shape: a snapshot of another version is no snapshot. */
const VERSION = 7

interface StreamSnapshot {
  readonly streamId: string
  /** Packed, as are the lists below: they are in every save, and seldom others than in the one before. */
  readonly track: Uint8Array
  readonly startedAtMs: number
  readonly reasonStart: ReasonStart
  readonly ledger: LedgerBytes
  readonly listening: Listening
  readonly audible: Audible | null
  readonly window: { readonly bitrate: BitrateKbps; readonly nextChunk: number; readonly chunks: number } | null
}

export interface SessionSnapshot {
  readonly version: number
  readonly who: Identity
  readonly device: DeviceFacts
  readonly volumePercent: number | null
  readonly lease: Lease | null
  readonly lastFence: number
  readonly staleFence: number
  readonly at: State['at']
  readonly stream: StreamSnapshot | null
  readonly upNext: Uint8Array
  readonly upNextRevision: number
  readonly played: Uint8Array
  readonly skipped: Uint8Array
  readonly dismissed: Uint8Array
  readonly endedStreamId: string
  readonly sinceAd: Session['sinceAd']
  readonly seq: number
  readonly lastRequest: number
  /** The bytes of a {@link Replay}. */
  readonly replay: Uint8Array
}

export function snapshotOf(session: Session): SessionSnapshot {
  const { who, state, upNext, upNextRevision, played, skipped, dismissed, endedStreamId, sinceAd, sayings } = session
  const stream = state.at === 'idle' ? null : streamSnapshot(state.stream)
  return {
    version: VERSION,
    who,
    device: session.device,
    volumePercent: session.volumePercent ?? null,
    lease: session.lease ?? null,
    lastFence: session.lastFence,
    staleFence: session.staleFence,
    at: state.at,
    stream,
    upNext: packedOnce(upNext),
    upNextRevision,
    played: packedTracks(played),
    skipped: packedTracks(skipped),
    dismissed: packedTracks(dismissed),
    endedStreamId,
    sinceAd,
    seq: sayings.seq,
    lastRequest: sayings.lastRequest,
    replay: sayings.replay.bytes,
  }
}

/** The session again; undefined when the snapshot is of another version. */
export function sessionFrom(snapshot: SessionSnapshot): Session | undefined {
  if (snapshot.version !== VERSION) return undefined
  const { who, at, stream, upNext, upNextRevision, played, endedStreamId, sinceAd, seq, lastRequest, replay } = snapshot
  const state: State = at === 'idle' || stream === null ? { at: 'idle' } : { at, stream: streamFrom(stream) }
  const { device, lastFence, staleFence } = snapshot
  const leases = { lease: snapshot.lease ?? undefined, lastFence, staleFence }
  return {
    who,
    device,
    volumePercent: snapshot.volumePercent ?? undefined,
    ...leases,
    state,
    upNext: unpackedOnce<readonly UpNextTrack[]>(upNext, (list) => (list.length === 0 ? NOTHING_NEXT : list)),
    upNextRevision,
    played: unpackedTracks(played),
    skipped: unpackedTracks(snapshot.skipped),
    dismissed: unpackedTracks(snapshot.dismissed),
    endedStreamId,
    sinceAd,
    sayings: { seq, lastRequest, replay: new Replay(MOST_REPLAYED, replay) },
  }
}

function streamSnapshot(stream: Stream): StreamSnapshot {
  const { track, ledger, window, audible, ...rest } = stream
  return {
    ...rest,
    track: packedOnce(track),
    ledger: ledgerBytes(ledger),
    audible: audible ?? null,
    window: window ?? null,
  }
}

function streamFrom(snapshot: StreamSnapshot): Stream {
  const { track, ledger, window, audible, ...rest } = snapshot
  return {
    ...rest,
    track: unpackedOnce<Track | Ad>(track),
    ledger: ledgerFrom(ledger, rest.startedAtMs),
    audible: audible ?? undefined,
    window: window ?? undefined,
  }
}

const packedTracks = (tracks: ReadonlySet<string>) => packedOnce(tracks, () => [...tracks])
const unpackedTracks = (bytes: Uint8Array) =>
  unpackedOnce<ReadonlySet<string>, string[]>(bytes, (list) => (list.length === 0 ? NO_TRACKS : new Set(list)))

const packed = new WeakMap<object, Uint8Array>()

/** The bytes of `value`, which nobody changes; of what stands for it, where that says it in less. */
function packedOnce(value: object, plain: () => unknown = () => value): Uint8Array {
  const known = packed.get(value)
  if (known !== undefined) return known
  // A copy: the packer's own memory is shared, and kept whole by any part of it.
  const bytes = new Uint8Array(plainMsgpack.pack(plain()))
  packed.set(value, bytes)
  return bytes
}

/** The value again, or what is made of it; its bytes are kept for the next save, which finds it as it was. */
function unpackedOnce<Value extends object, Plain = Value>(
  bytes: Uint8Array,
  make = (plain: Plain): Value => plain as unknown as Value,
): Value {
  const value = make(plainMsgpack.unpack(bytes) as Plain)
  // A copy, as above.
  packed.set(value, new Uint8Array(bytes))
  return value
}
