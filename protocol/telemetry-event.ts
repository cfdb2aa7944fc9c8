/** Owns one telemetry event: what a player saw, once, with an id and a time of its own. */

import { type Static, Type } from '@sinclair/typebox'
import { DurationMs, EpochMs, Fence, PositionMs, Text, Uuid, Word } from './fields.ts'
import { BITRATES_KBPS, TELEMETRY_KINDS } from './vocabulary.ts'

/** What a gateway takes of clocks that are ahead (T1). */
export const MOST_AHEAD_MS = 5 * 60_000

export const TelemetryEvent = Type.Object(
  {
    id: Uuid('UUIDv7 made by the client; the same event sent again keeps it, and the books hold it once'),
    seq: Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'rises by one an event for as long as the client keeps its queue',
    }),
    kind: Word(TELEMETRY_KINDS, 'what happened'),
    at_ms: EpochMs('event time, on the client clock corrected by `server_time_ms` of `ready`'),
    stream_id: Uuid('the stream it belongs to; `offline`: a UUIDv7 that the client makes for the play'),
    position_ms: PositionMs('where the playhead was'),
    startup_ms: Type.Optional(DurationMs('`started`: from the play instruction to the moving playhead')),
    stall_ms: Type.Optional(DurationMs('`stalled`: how long the playhead stood still for want of audio')),
    buffer_ms: Type.Optional(DurationMs('audio held ahead of the playhead (CMCD `bl`)')),
    bitrate_kbps: Type.Optional(
      Type.Union(
        BITRATES_KBPS.map((rate) => Type.Literal(rate)),
        { description: 'the rendition heard (CMCD `br`)' },
      ),
    ),
    top_kbps: Type.Optional(
      Type.Union(
        BITRATES_KBPS.map((rate) => Type.Literal(rate)),
        { description: 'the highest rendition that the player would take now (CMCD `tb`)' },
      ),
    ),
    throughput_kbps: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 10_000_000,
        description: 'measured over the last chunks that were fetched (CMCD `mtp`)',
      }),
    ),
    starved: Type.Optional(Type.Boolean({ description: 'the buffer ran empty since the event before (CMCD `bs`)' })),
    starting: Type.Optional(
      Type.Boolean({
        description: 'audio was awaited to begin, to seek or after a stall when this was seen (CMCD `su`)',
      }),
    ),
    fence: Type.Optional(Fence('of the lease it was played under')),
    offline: Type.Optional(
      Type.Boolean({ description: 'of a play without a session: the player had the audio, and no lease' }),
    ),
    reason: Type.Optional(Text(64, '`failed`: the player error, in a word')),
  },
  { description: 'one thing a player saw' },
)
export type TelemetryEvent = Static<typeof TelemetryEvent>
