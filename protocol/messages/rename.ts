/** Owns `rename`: the listener calls the device otherwise. */

import { type Static, Type } from '@sinclair/typebox'
import { Message, RequestId } from '../fields.ts'

export const Rename = Message(
  'rename',
  'The device of the session has another name from now on, in every session that it has. Answered by `done`, and seen by all in `devices`.',
  {
    id: RequestId,
    name: Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: '\\S',
      description: 'what the listener calls it; not of spaces alone',
    }),
  },
)
export type Rename = Static<typeof Rename>
