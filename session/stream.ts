/** Owns one play of one track: how it began, what was heard of it, what was signed for it. */

import type { StreamEnded, StreamStarted } from '../protocol/events/playback-record.ts'
import { MAX_POSITION_MS } from '../protocol/fields.ts'
import type { ReasonEnd, ReasonStart } from '../protocol/vocabulary.ts'
import { type ChunkLedger, emptyLedger } from './chunk-ledger.ts'
import type { ChunkWindow } from './chunk-window.ts'
import type { Identity } from './identity.ts'
import { type Listening, msPlayed, startListening } from './listening.ts'
import { chunkCountOf, type Track } from './track.ts'

export interface Stream {
  readonly streamId: string
  readonly track: Track
  readonly startedAtMs: number
  readonly reasonStart: ReasonStart
  readonly ledger: ChunkLedger
  readonly listening: Listening
  window: ChunkWindow | undefined
}

export function openStream(
  streamId: string,
  track: Track,
  positionMs: number,
  reason: ReasonStart,
  nowMs: number,
): Stream {
  return {
    streamId,
    track,
    startedAtMs: nowMs,
    reasonStart: reason,
    ledger: emptyLedger(chunkCountOf(track), nowMs),
    listening: startListening(positionMs, nowMs),
    window: undefined,
  }
}

export function startedRecord(who: Identity, stream: Stream): StreamStarted {
  return { type: 'stream-started', ...who, ...whatPlays(stream) }
}

/** The record of this stream if it ended now, at the last evidence. */
export function endedRecord(who: Identity, stream: Stream, reason: ReasonEnd): StreamEnded {
  const { listening } = stream
  return {
    type: 'stream-ended',
    ...who,
    ...whatPlays(stream),
    ended_at_ms: listening.anchorAtMs,
    reason_end: reason,
    ms_played: bounded(msPlayed(listening)),
    ms_claimed: bounded(listening.claimedMs),
    ms_granted: bounded(listening.grantedMs),
    position_ms: listening.anchorMs,
    flags: [...listening.flags],
  }
}

/** A claim beyond all measure is kept as the most that a record can hold: an end that no reader takes would be no end. */
function bounded(ms: number): number {
  return Math.min(Math.floor(ms), MAX_POSITION_MS)
}

function whatPlays(stream: Stream) {
  return {
    stream_id: stream.streamId,
    track_id: stream.track.track_id,
    isrc: stream.track.isrc,
    artist_id: stream.track.artist_id,
    started_at_ms: stream.startedAtMs,
    reason_start: stream.reasonStart,
  }
}
