/** Owns `done`: a request that is answered by nothing else was taken. */

import type { Static } from '@sinclair/typebox'
import { AnswerTo, Message, SessionSeq } from '../fields.ts'

export const Done = Message(
  'done',
  'The answer to `transfer` and `command`: the other device was told; and to `rename` and `dismiss`.',
  {
    seq: SessionSeq('rises by one with every numbered message of the session'),
    re: AnswerTo,
  },
)
export type Done = Static<typeof Done>
