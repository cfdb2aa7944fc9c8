/** Owns `resume`: the session goes on over another socket, perhaps of another gateway. */

import { type Static, Type } from '@sinclair/typebox'
import { Message, PositionMs, RequestId, Revision, SessionSeq, Text, Uuid } from '../fields.ts'

export const Resume = Message(
  'resume',
  'In place of `authenticate`. Answered by `resumed`, by an `error` (`session_gone`: authenticate instead), or by a close code.',
  {
    id: RequestId,
    ticket: Text(512, 'the newest one of `ready` or `resumed`'),
    last_seq: SessionSeq('the last sequence number that arrived, 0 when none did'),
    up_next_revision: Type.Optional(Revision('of the `up_next` that arrived last: another one is sent again')),
    stream_id: Type.Optional(Uuid('the open stream, if any')),
    position_ms: Type.Optional(
      PositionMs(
        'where the playhead of `stream_id` is: what was heard meanwhile; left out while a request waits for its answer',
      ),
    ),
  },
)
export type Resume = Static<typeof Resume>
