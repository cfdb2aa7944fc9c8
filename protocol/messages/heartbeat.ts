/** Owns `heartbeat`: alive, and where the playhead is. */

import { type Static, Type } from '@sinclair/typebox'
import { DurationMs, EpochMs, Fence, Message, PositionMs, Uuid, VolumePercent } from '../fields.ts'

export const Heartbeat = Message(
  'heartbeat',
  'Sent by the client every `heartbeat_interval_ms`. With a stream, its position is the evidence that it plays. Answered by `heartbeat_ack`.',
  {
    sent_at_ms: EpochMs('the clock of the client; the answer repeats it, which gives the round trip'),
    stream_id: Type.Optional(Uuid('the open stream, if any')),
    position_ms: Type.Optional(PositionMs('where the playhead is')),
    buffer_ms: Type.Optional(DurationMs('audio held ahead of the playhead')),
    volume_percent: Type.Optional(VolumePercent),
    fence: Type.Optional(Fence('of the newest `playback`')),
  },
)
export type Heartbeat = Static<typeof Heartbeat>
