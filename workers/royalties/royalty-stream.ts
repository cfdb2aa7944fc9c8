/** Owns which ended streams the books keep, and as what. */

import type { StreamEnded } from '../../protocol/events/playback-record.ts'
import { COUNTABLE_MS } from '../../protocol/vocabulary.ts'
import { cleanText } from '../playback-record.ts'

/** A row of `royalty_streams`; it is paid when `flags` is empty. */
export interface RoyaltyStream {
  readonly stream_id: string
  readonly listener_id: string
  readonly track_id: string
  readonly isrc: string
  readonly artist_id: string
  readonly started_at: string
  readonly reason_start: string
  readonly ended_at: string
  readonly ms_played: number
  readonly territory: string
  readonly tier: string
  readonly session_id: string
  readonly device_id: string
  readonly reason_end: string
  readonly flags: readonly string[]
}

/** Undefined for a stream that was heard for too short a time to be owed anything. */
export function royaltyStreamOf(ended: StreamEnded): RoyaltyStream | undefined {
  if (ended.ms_played < COUNTABLE_MS) return undefined
  return {
    stream_id: ended.stream_id,
    listener_id: cleanText(ended.account_id),
    track_id: ended.track_id,
    isrc: ended.isrc,
    artist_id: ended.artist_id,
    started_at: new Date(ended.started_at_ms).toISOString(),
    reason_start: ended.reason_start,
    ended_at: new Date(ended.ended_at_ms).toISOString(),
    ms_played: ended.ms_played,
    territory: ended.country,
    tier: ended.plan,
    session_id: ended.session_id,
    device_id: cleanText(ended.device_id),
    reason_end: ended.reason_end,
    flags: ended.flags,
  }
}
