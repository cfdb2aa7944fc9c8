/** Owns `dismiss`: "not for me". */

import type { Static } from '@sinclair/typebox'
import { Message, RequestId, Uuid } from '../fields.ts'

export const Dismiss = Message(
  'dismiss',
  'Not for me: the track is suggested to the listener no more. Answered by `done`; when it was in `up_next`, a list without it comes.',
  { id: RequestId, track_id: Uuid('the track, whether it is listed or not') },
)
export type Dismiss = Static<typeof Dismiss>
