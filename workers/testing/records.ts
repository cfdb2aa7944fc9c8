/** Owns playback records for tests. */

import type { StreamEnded, StreamStarted, TakenEvent, TelemetryRecord } from '../../protocol/events/playback-record.ts'
import { uuidv7 } from '../../protocol/ids.ts'

let counter = 0

export const newAccount = (): string => `acct-${Date.now().toString(36)}-${++counter}`

const who = (accountId: string) => ({
  v: 1 as const,
  account_id: accountId,
  session_id: uuidv7(Date.now()),
  device_id: 'device-1',
  device_kind: 'web' as const,
  plan: 'individual' as const,
  country: 'DE',
})

export function event(fields: Partial<TakenEvent> = {}): TakenEvent {
  const now = Date.now()
  return {
    id: uuidv7(now),
    seq: ++counter,
    kind: 'position',
    at_ms: now,
    stream_id: uuidv7(now),
    position_ms: 1_000,
    ...fields,
  }
}

export function telemetry(accountId: string, events: TakenEvent[]): TelemetryRecord {
  return { type: 'telemetry', ...who(accountId), received_at_ms: Date.now(), events }
}

export function started(accountId: string, fields: Partial<StreamStarted> = {}): StreamStarted {
  const now = Date.now()
  return {
    type: 'stream-started',
    ...who(accountId),
    stream_id: uuidv7(now),
    track_id: uuidv7(now),
    isrc: 'ZZSEG2600001',
    artist_id: uuidv7(now),
    started_at_ms: now,
    reason_start: 'pick',
    ...fields,
  }
}

export function ended(accountId: string, fields: Partial<StreamEnded> = {}): StreamEnded {
  const { type: _, ...playing } = started(accountId)
  return {
    type: 'stream-ended',
    ...playing,
    ended_at_ms: Date.now(),
    reason_end: 'completed',
    ms_played: 40_000,
    ms_claimed: 40_000,
    ms_granted: 60_000,
    position_ms: 40_000,
    flags: [],
    ...fields,
  }
}
