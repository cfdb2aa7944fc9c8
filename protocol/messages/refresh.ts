/** Owns `refresh`: a fresh token for the session that goes on. */

import type { Static } from '@sinclair/typebox'
import { Message, RequestId, Text } from '../fields.ts'

export const Refresh = Message(
  'refresh',
  'A fresh token of the same account, before the old one expires. Answered by `refreshed`; a token that is not good closes the socket as at sign-in.',
  { id: RequestId, token: Text(8_192, 'the access token') },
)
export type Refresh = Static<typeof Refresh>
