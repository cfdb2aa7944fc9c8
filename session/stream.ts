/** Owns one play of one track or advertisement: how it began, what was heard of it, what was signed for it. */

import type { AdEnded, AdServed, AdWithheld, StreamEnded, StreamStarted } from '../protocol/events/playback-record.ts'
import { MAX_POSITION_MS } from '../protocol/fields.ts'
import type { ReasonEnd, ReasonStart } from '../protocol/vocabulary.ts'
import { type Ad, type Audible, isAd, newAudible, quartileOf } from './ad.ts'
import { type ChunkLedger, emptyLedger } from './chunk-ledger.ts'
import type { ChunkWindow } from './chunk-window.ts'
import type { Identity } from './identity.ts'
import { type Listening, msPlayed, startListening } from './listening.ts'
import { chunkCountOf, type Track } from './track.ts'

export interface Stream {
  readonly streamId: string
  /** What plays. */
  readonly track: Track | Ad
  readonly startedAtMs: number
  readonly reasonStart: ReasonStart
  readonly ledger: ChunkLedger
  readonly listening: Listening
  /** Of an advertisement. */
  readonly audible: Audible | undefined
  window: ChunkWindow | undefined
}

export function openStream(
  streamId: string,
  track: Track | Ad,
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
    audible: isAd(track) ? newAudible() : undefined,
    window: undefined,
  }
}

export function startedRecord(who: Identity, stream: Stream, fence: number): StreamStarted | AdServed {
  const { track } = stream
  return isAd(track)
    ? { type: 'ad-served', ...who, ...whatIsAdvertised(stream, track), fence }
    : { type: 'stream-started', ...who, ...whatPlays(stream, track), fence }
}

/** The record of an advertisement that is not played to a listener of the control group. */
export function withheldRecord(who: Identity, ad: Ad, fence: number, nowMs: number): AdWithheld {
  const { impression_id, campaign_id, creative_id } = ad
  return { type: 'ad-withheld', ...who, stream_id: impression_id, campaign_id, creative_id, served_at_ms: nowMs, fence }
}

/** The record of this stream if it ended now, at the last evidence. */
export function endedRecord(who: Identity, stream: Stream, reason: ReasonEnd, fence: number): StreamEnded | AdEnded {
  const { listening, track, audible } = stream
  const ended = {
    ...who,
    fence,
    ended_at_ms: listening.anchorAtMs,
    reason_end: reason,
    ms_played: bounded(msPlayed(listening)),
    flags: [...listening.flags],
  }
  if (isAd(track)) {
    return {
      type: 'ad-ended',
      ...ended,
      ...whatIsAdvertised(stream, track),
      audible_ms: bounded(audible?.longestMs ?? 0),
      quartile: quartileOf(listening, track.duration_ms),
    }
  }
  return {
    type: 'stream-ended',
    ...ended,
    ...whatPlays(stream, track),
    ms_claimed: bounded(listening.claimedMs),
    ms_granted: bounded(listening.grantedMs),
    position_ms: listening.anchorMs,
  }
}

/** A claim beyond all measure is kept as the most that a record can hold: an end that no reader takes would be no end. */
function bounded(ms: number): number {
  return Math.min(Math.floor(ms), MAX_POSITION_MS)
}

function whatPlays(stream: Stream, { track_id, isrc, artist_id }: Track) {
  return {
    stream_id: stream.streamId,
    track_id,
    isrc,
    artist_id,
    started_at_ms: stream.startedAtMs,
    reason_start: stream.reasonStart,
  }
}

function whatIsAdvertised({ streamId, startedAtMs }: Stream, { campaign_id, creative_id }: Ad) {
  return { stream_id: streamId, campaign_id, creative_id, served_at_ms: startedAtMs }
}
