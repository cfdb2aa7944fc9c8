/** Owns `stop`: the listener is done. */

import { type Static, Type } from '@sinclair/typebox'
import { Fence, Message, OfStream, PositionMs, RequestId, Word } from '../fields.ts'

export const Stop = Message('stop', 'Ends the open stream; the session stays. Answered by `playback`.', {
  id: RequestId,
  stream_id: OfStream,
  fence: Type.Optional(Fence('of the newest `playback`')),
  position_ms: PositionMs('where the playhead was'),
  reason: Word(['stopped', 'completed', 'failed'] as const, 'why the stream ends'),
})
export type Stop = Static<typeof Stop>
