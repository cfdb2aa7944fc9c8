/** Owns what an ended stream says of its track: it was heard in a session, or left soon. */

import type { PlaybackRecord } from '../../../protocol/events/playback-record.ts'
import { COUNTABLE_MS } from '../../../protocol/vocabulary.ts'

export interface Listen {
  readonly sessionId: string
  readonly streamId: string
  readonly trackId: string
  readonly country: string
  /** Of its end, seconds since 1970. */
  readonly at: number
  readonly isSkip: boolean
}

/** Undefined: it says nothing. What was stopped, moved or lost soon was not disliked, and what broke a bound is nobody's taste. */
export function listenOf(record: PlaybackRecord): Listen | undefined {
  if (record.type !== 'stream-ended' || record.flags.length > 0) return undefined
  const { ms_played, reason_end } = record
  const isHeard = ms_played >= COUNTABLE_MS || (reason_end === 'completed' && ms_played > 0)
  if (!isHeard && reason_end !== 'next') return undefined
  return {
    sessionId: record.session_id,
    streamId: record.stream_id,
    trackId: record.track_id,
    country: record.country,
    at: Math.floor(record.ended_at_ms / 1000),
    isSkip: !isHeard,
  }
}
