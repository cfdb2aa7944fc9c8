/** Owns `resume`: the session goes on over another socket, perhaps of another gateway. */

import { type Static, Type } from '@sinclair/typebox'
import { Message, PositionMs, RequestId, SessionSeq, Text } from '../fields.ts'

export const Resume = Message(
  'resume',
  'In place of `authenticate`. Answered by `resumed`, by an `error` (`session_gone`: authenticate instead), or by a close code.',
  {
    id: RequestId,
    ticket: Text(512, 'the newest one of `ready` or `resumed`'),
    last_seq: SessionSeq('the last sequence number that arrived, 0 when none did'),
    position_ms: Type.Optional(PositionMs('where the playhead of the open stream is: what was heard meanwhile')),
  },
)
export type Resume = Static<typeof Resume>
