/** Owns `hello`: the first thing the gateway says. */

import { type Static, Type } from '@sinclair/typebox'
import { DurationMs, EpochMs, Message } from '../fields.ts'

export const Hello = Message('hello', 'Sent once, at once, by the gateway. The client answers with `authenticate`.', {
  version: Type.Integer({ minimum: 1, description: 'the protocol version, 1' }),
  server_time_ms: EpochMs('the clock of the gateway'),
  authenticate_within_ms: DurationMs('the socket is closed with 4002 after this without `authenticate`'),
  heartbeat_interval_ms: DurationMs('how often the client sends `heartbeat`'),
  first_heartbeat_ms: DurationMs('when to send the first one, random, so that a herd spreads out'),
  max_frame_bytes: Type.Integer({
    minimum: 1,
    description: 'a longer frame from the client closes the socket with 4508',
  }),
  max_batch_events: Type.Integer({ minimum: 1, description: 'the most events one `telemetry` may hold' }),
  messages_per_second: Type.Integer({ minimum: 1, description: 'the rate of messages the client may keep up' }),
  messages_burst: Type.Integer({ minimum: 1, description: 'how many messages may come at once after a pause' }),
})
export type Hello = Static<typeof Hello>
