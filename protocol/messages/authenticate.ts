/** Owns `authenticate`: who is listening, and on what. */

import { type Static, Type } from '@sinclair/typebox'
import { Message, Text, Word } from '../fields.ts'
import { DEVICE_KINDS } from '../vocabulary.ts'

export const Authenticate = Message(
  'authenticate',
  'The first message of the client. Answered by `ready`, or the socket is closed with the code of what is wrong with the token.',
  {
    token: Text(8_192, 'the access token: a JWT of the configured issuer for the audience of the gateway'),
    device: Type.Object(
      {
        id: Text(64, 'chosen by the client, stable over restarts'),
        name: Text(64, 'what the listener calls it'),
        kind: Word(DEVICE_KINDS, 'what the player runs on'),
      },
      { description: 'the device that plays' },
    ),
  },
)
export type Authenticate = Static<typeof Authenticate>
