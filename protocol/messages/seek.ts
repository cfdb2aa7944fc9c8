/** Owns `seek`: the listener moved the playhead. */

import type { Static } from '@sinclair/typebox'
import { Message, PositionMs, RequestId } from '../fields.ts'

export const Seek = Message(
  'seek',
  'The playhead jumps; what it jumped over is not counted as heard. Answered by `playback`.',
  {
    id: RequestId,
    from_ms: PositionMs('where the playhead was'),
    position_ms: PositionMs('where it is now'),
  },
)
export type Seek = Static<typeof Seek>
