/** Owns `heartbeat_ack`: the gateway is alive too. */

import type { Static } from '@sinclair/typebox'
import { EpochMs, Message } from '../fields.ts'

export const HeartbeatAck = Message(
  'heartbeat_ack',
  'The answer to `heartbeat`. A client that misses two in a row reconnects.',
  {
    sent_at_ms: EpochMs('from the heartbeat'),
    server_time_ms: EpochMs('the clock of the gateway'),
  },
)
export type HeartbeatAck = Static<typeof HeartbeatAck>
