/** Owns `refreshed`: the session may go on. */

import type { Static } from '@sinclair/typebox'
import { AnswerTo, EpochMs, Message } from '../fields.ts'

export const Refreshed = Message('refreshed', 'The answer to `refresh`.', {
  re: AnswerTo,
  token_expires_at_ms: EpochMs('when the new token expires'),
})
export type Refreshed = Static<typeof Refreshed>
