/** Owns `next`: on to what is up next. */

import { type Static, Type } from '@sinclair/typebox'
import { Fence, Message, OfStream, PositionMs, RequestId, Word } from '../fields.ts'

export const Next = Message(
  'next',
  'Ends the open stream and begins the first track of `up_next`. Answered by `playback`: `playing`, or `stopped` when nothing is left.',
  {
    id: RequestId,
    stream_id: OfStream,
    fence: Type.Optional(Fence('of the newest `playback`')),
    position_ms: PositionMs('where the playhead was'),
    reason: Word(
      ['next', 'completed', 'failed'] as const,
      'why the stream ends: skipped, played to its end, or unplayable',
    ),
  },
)
export type Next = Static<typeof Next>
