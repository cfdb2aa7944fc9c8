/** Owns what a record on the topic `playback.events` holds: MessagePack, keyed by account, so that an account's records keep their order. */

import { type Static, Type } from '@sinclair/typebox'
import { DurationMs, EpochMs, Fence, PositionMs, Text, Uuid, Word } from '../fields.ts'
import { TelemetryEvent } from '../telemetry-event.ts'
import { DEVICE_KINDS, PLANS, REASONS_END, REASONS_START, STREAM_FLAGS } from '../vocabulary.ts'
import { Network } from './network.ts'

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
  fence: Type.Optional(Fence('of the lease that it was played under last; 0: on trust')),
}

/** Of an end without a last word, that of the last evidence; absent where it is not known. */
const Whence = { network: Type.Optional(Network) }

/** What a player saw, as the gateway took it. */
export const TakenEvent = Type.Composite(
  [
    TelemetryEvent,
    Type.Object({
      stale: Type.Optional(
        Type.Literal(true, { description: 'by a fence of which the player was stopped before it arrived' }),
      ),
    }),
  ],
  { description: 'one thing a player saw' },
)
export type TakenEvent = Static<typeof TakenEvent>

/** A batch of client telemetry as the gateway took it. */
export const TelemetryRecord = Type.Object({
  type: Type.Literal('telemetry'),
  ...Who,
  ...Whence,
  received_at_ms: EpochMs('server time of arrival'),
  events: Type.Array(TakenEvent, { minItems: 1, maxItems: 100 }),
})
export type TelemetryRecord = Static<typeof TelemetryRecord>

/** A stream began: measured by the server. */
export const StreamStarted = Type.Object({
  type: Type.Literal('stream-started'),
  ...Who,
  ...Whence,
  ...WhatPlays,
})
export type StreamStarted = Static<typeof StreamStarted>

/** A stream ended: the record that is counted and paid. The same `stream_id` may end twice; the longest counts, of equal ones the first read. */
export const StreamEnded = Type.Object({
  type: Type.Literal('stream-ended'),
  ...Who,
  ...Whence,
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

const WhatIsAdvertised = {
  stream_id: Uuid('UUIDv7 made by the gateway: the impression, one play of one creative'),
  campaign_id: Uuid('the campaign'),
  creative_id: Uuid('the creative'),
  served_at_ms: EpochMs('server time of the decision'),
  fence: WhatPlays.fence,
}

/** An advertisement began, its place among the caps of its campaign taken. */
export const AdServed = Type.Object({
  type: Type.Literal('ad-served'),
  ...Who,
  ...Whence,
  ...WhatIsAdvertised,
})
export type AdServed = Static<typeof AdServed>

/** An advertisement that would have been served, and was not: its listener is of the control group of the campaign, which hears nothing of it. */
export const AdWithheld = Type.Object({
  type: Type.Literal('ad-withheld'),
  ...Who,
  ...Whence,
  ...WhatIsAdvertised,
})
export type AdWithheld = Static<typeof AdWithheld>

/** What was heard of an advertisement, by the server. The same one may end twice; the longest counts. */
export const AdEnded = Type.Object({
  type: Type.Literal('ad-ended'),
  ...Who,
  ...Whence,
  ...WhatIsAdvertised,
  ended_at_ms: EpochMs('server time of the end, or of the last evidence when `reason_end` is `lost`'),
  reason_end: Word(REASONS_END, 'why it ended'),
  ms_played: DurationMs('heard: min(claimed, elapsed, granted)'),
  audible_ms: DurationMs('the longest stretch of that without a break'),
  quartile: Type.Integer({
    minimum: 0,
    maximum: 4,
    description: 'how many quarters were reached; 4: heard to its end',
  }),
  flags: StreamEnded.properties.flags,
})
export type AdEnded = Static<typeof AdEnded>

/** Of what plays, or would have played, whatever it is. */
export type PlayRecord = StreamStarted | StreamEnded | AdServed | AdWithheld | AdEnded
export type EndRecord = StreamEnded | AdEnded

export function isEnd(record: PlayRecord): record is EndRecord {
  return record.type === 'stream-ended' || record.type === 'ad-ended'
}

export const PlaybackRecord = Type.Union([TelemetryRecord, StreamStarted, StreamEnded, AdServed, AdWithheld, AdEnded])
export type PlaybackRecord = Static<typeof PlaybackRecord>
