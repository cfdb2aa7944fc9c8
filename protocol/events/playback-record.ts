/** Owns what a record on the topic `playback.events` holds: MessagePack, keyed by account, so that an account's records keep their order. */

import { type Static, Type } from '@sinclair/typebox'
import { DurationMs, EpochMs, PositionMs, Text, Uuid, Word } from '../fields.ts'
import { TelemetryEvent } from '../telemetry-event.ts'
import { DEVICE_KINDS, PLANS, REASONS_END, REASONS_START, STREAM_FLAGS } from '../vocabulary.ts'

/** Raised with every breaking change of the shapes below. */
export const PLAYBACK_RECORD_VERSION = 1

const Who = {
  v: Type.Literal(PLAYBACK_RECORD_VERSION),
  account_id: Text(64, 'the subject of the access token'),
  session_id: Uuid('UUIDv7 made by the gateway'),
  device_id: Text(64, 'chosen by the client, stable over restarts'),
  device_kind: Word(DEVICE_KINDS, 'what the player runs on'),
  plan: Word(PLANS, 'what the account pays for'),
  country: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' }),
}

const WhatPlays = {
  stream_id: Uuid('UUIDv7 made by the gateway: one play of one track'),
  track_id: Uuid('the track'),
  isrc: Type.String({
    pattern: '^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$',
    description: 'the recording, ISO 3901, without hyphens',
  }),
  artist_id: Uuid('the main artist of the track'),
  started_at_ms: EpochMs('server time of the play instruction'),
  reason_start: Word(REASONS_START, 'why it began'),
}

/** A batch of client telemetry as the gateway took it. */
export const TelemetryRecord = Type.Object({
  type: Type.Literal('telemetry'),
  ...Who,
  received_at_ms: EpochMs('server time of arrival'),
  events: Type.Array(TelemetryEvent, { minItems: 1, maxItems: 100 }),
})
export type TelemetryRecord = Static<typeof TelemetryRecord>

/** A stream began: measured by the server. */
export const StreamStarted = Type.Object({ type: Type.Literal('stream-started'), ...Who, ...WhatPlays })
export type StreamStarted = Static<typeof StreamStarted>

/** A stream ended: the record that is counted and paid. The same `stream_id` may end twice; the longest counts, of equal ones the first read. */
export const StreamEnded = Type.Object({
  type: Type.Literal('stream-ended'),
  ...Who,
  ...WhatPlays,
  ended_at_ms: EpochMs('server time of the end, or of the last evidence when `reason_end` is `lost`'),
  reason_end: Word(REASONS_END, 'why it ended'),
  ms_played: DurationMs('heard, by the server: min(claimed, elapsed, granted)'),
  ms_claimed: DurationMs('heard, by the client'),
  ms_granted: DurationMs('audio signed for'),
  position_ms: PositionMs('where the playhead was at the end'),
  flags: Type.Array(Word(STREAM_FLAGS, 'a bound that the claim broke'), {
    description: 'empty: countable; else kept and not paid',
  }),
})
export type StreamEnded = Static<typeof StreamEnded>

export const PlaybackRecord = Type.Union([TelemetryRecord, StreamStarted, StreamEnded])
export type PlaybackRecord = Static<typeof PlaybackRecord>
