/** Owns `goaway`: this gateway is leaving. */

import type { Static } from '@sinclair/typebox'
import { DurationMs, Message, Word } from '../fields.ts'

export const Goaway = Message('goaway', 'The gateway will close this socket. The client reconnects at its own slot.', {
  reason: Word(['draining', 'overloaded'] as const, 'why'),
  reconnect_after_ms: DurationMs('the slot: connect again after this long'),
  close_after_ms: DurationMs('the gateway closes the socket with 4000 after this, if the client has not'),
})
export type Goaway = Static<typeof Goaway>
