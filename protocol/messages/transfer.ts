/** Owns `transfer`: what plays on one device goes on on another. */

import type { Static } from '@sinclair/typebox'
import { Fence, Message, RequestId, Text } from '../fields.ts'

export const Transfer = Message(
  'transfer',
  'What `from_device_id` plays goes on on `to_device_id`, at its position and with what plays next. Answered by `done` when the other device is told, and seen in `devices` when it plays.',
  {
    id: RequestId,
    from_device_id: Text(64, 'the device that has the stream'),
    to_device_id: Text(64, 'the device that is to go on with it, this one or another'),
    fence: Fence('of `from_device_id` in `devices`: when another device was granted a lease since, nothing is moved'),
  },
)
export type Transfer = Static<typeof Transfer>
