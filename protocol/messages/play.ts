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
    stream_id: Type.Optional(
      Uuid(
        'the open stream, as the client knows it: the paused one that goes on, and then it must be there; or the one that this ends',
      ),
    ),
    position_ms: Type.Optional(PositionMs('where to begin; 0 when absent')),
    from_ms: Type.Optional(
      PositionMs('where the playhead of `stream_id` was; when another one is open by now, it says nothing'),
    ),
    instead_of_device_id: Type.Optional(
      Text(64, 'of the `conflicts` of a `stream_limit`: the device to stop for this'),
    ),
    reason: Type.Optional(Word(REASONS_START, 'why; `unknown` when absent')),
  },
)
export type Play = Static<typeof Play>
