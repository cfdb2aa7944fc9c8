/** Owns `play`: begin a stream, or go on with the paused one. */

import { type Static, Type } from '@sinclair/typebox'
import { Message, PositionMs, RequestId, Text, Uuid, Word } from '../fields.ts'
import { REASONS_START } from '../vocabulary.ts'

export const Play = Message(
  'play',
  'With `track_id`: ends the open stream, if any, and begins a new one. Without: the paused stream goes on. Answered by `playback`.',
  {
    id: RequestId,
    track_id: Type.Optional(Uuid('the track to begin')),
    position_ms: Type.Optional(PositionMs('where to begin; 0 when absent')),
    from_ms: Type.Optional(PositionMs('where the playhead of the stream that this ends was')),
    from_stream_id: Type.Optional(
      Uuid('the stream that `from_ms` is of; when another one is open by now, `from_ms` is of nothing'),
    ),
    instead_of_device_id: Type.Optional(
      Text(64, 'of the `conflicts` of a `stream_limit`: the device to stop for this'),
    ),
    reason: Type.Optional(Word(REASONS_START, 'why; `unknown` when absent')),
  },
)
export type Play = Static<typeof Play>
