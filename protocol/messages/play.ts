/** Owns `play`: begin a stream, or go on with the paused one. */

import { type Static, Type } from '@sinclair/typebox'
import { Message, PositionMs, RequestId, Uuid, Word } from '../fields.ts'
import { REASONS_START } from '../vocabulary.ts'

export const Play = Message(
  'play',
  'With `track_id`: ends the open stream, if any, and begins a new one. Without: the paused stream goes on. Answered by `playback`.',
  {
    id: RequestId,
    track_id: Type.Optional(Uuid('the track to begin')),
    position_ms: Type.Optional(PositionMs('where to begin; 0 when absent')),
    from_ms: Type.Optional(PositionMs('where the playhead of the stream that this ends was')),
    reason: Type.Optional(Word(REASONS_START, 'why; `unknown` when absent')),
  },
)
export type Play = Static<typeof Play>
