/** Owns `notice`: the listener is to be told something that no music depends on. */

import { type Static, Type } from '@sinclair/typebox'
import { Message, Text, Word } from '../fields.ts'

/** What a notice is about. Adding a word is a minor change. */
const NOTICES = ['verify-household', 'service'] as const

export const LONGEST_NOTICE = 500

export const Notice = Message(
  'notice',
  'The listener is to be told something. Nothing is refused by it, and no answer is expected: a player shows it once, and lets it be put away.',
  {
    notice: Word(
      NOTICES,
      '`verify-household`: the account is used as if in several homes; its holder is asked to look at who uses it; `service`: whoever runs the service has something to say to everybody',
    ),
    text: Type.Optional(Text(LONGEST_NOTICE, 'in English, for a player that has no words of its own')),
  },
)
export type Notice = Static<typeof Notice>
