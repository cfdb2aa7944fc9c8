/** Owns `seek`: the listener moved the playhead. */

import { type Static, Type } from '@sinclair/typebox'
import { Fence, Message, OfStream, PositionMs, RequestId } from '../fields.ts'

export const Seek = Message(
  'seek',
  'The playhead jumps; what it jumped over is not counted as heard. Answered by `playback`.',
  {
    id: RequestId,
    stream_id: OfStream,
    fence: Type.Optional(Fence('of the newest `playback`')),
    from_ms: PositionMs('where the playhead was'),
    position_ms: PositionMs('where it is now'),
  },
)
export type Seek = Static<typeof Seek>
