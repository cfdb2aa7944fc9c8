/** Owns playback records for tests. */

import type {
  AdEnded,
  AdServed,
  AdWithheld,
  StreamEnded,
  StreamStarted,
  TakenEvent,
  TelemetryRecord,
} from '../../protocol/events/playback-record.ts'
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

/** Of a campaign and its creative. */
export type Advertised = Pick<AdServed, 'campaign_id' | 'creative_id'>

const advertised = (accountId: string, ad: Advertised, servedAtMs: number) => ({
  ...who(accountId),
  plan: 'free' as const,
  ...ad,
  stream_id: uuidv7(servedAtMs),
  served_at_ms: servedAtMs,
})

export function adServed(accountId: string, ad: Advertised, servedAtMs = Date.now()): AdServed {
  return { type: 'ad-served', ...advertised(accountId, ad, servedAtMs) }
}

export function adWithheld(accountId: string, ad: Advertised, servedAtMs = Date.now()): AdWithheld {
  return { type: 'ad-withheld', ...advertised(accountId, ad, servedAtMs) }
}

/** Heard to its end. */
export function adEnded({ type: _, ...served }: AdServed, fields: Partial<AdEnded> = {}): AdEnded {
  return {
    type: 'ad-ended',
    ...served,
    ended_at_ms: served.served_at_ms + 6_000,
    reason_end: 'completed',
    ms_played: 6_000,
    audible_ms: 6_000,
    quartile: 4,
    flags: [],
    ...fields,
  }
}
