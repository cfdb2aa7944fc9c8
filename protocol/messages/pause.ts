/** Owns `pause`: the listener paused. */

import { type Static, Type } from '@sinclair/typebox'
import { Fence, Message, OfStream, PositionMs, RequestId } from '../fields.ts'

export const Pause = Message(
  'pause',
  'The open stream stands still; no more chunks are granted. Answered by `playback`.',
  {
    id: RequestId,
    stream_id: OfStream,
    fence: Type.Optional(Fence('of the newest `playback`')),
    position_ms: PositionMs('where the playhead stopped'),
  },
)
export type Pause = Static<typeof Pause>
