/** Owns `telemetry`: a batch of what the player saw. */

import { type Static, Type } from '@sinclair/typebox'
import { Message } from '../fields.ts'
import { TelemetryEvent } from '../telemetry-event.ts'

/** The most events one batch may hold. */
export const MAX_BATCH_EVENTS = 100

export const Telemetry = Message(
  'telemetry',
  'Events in the order of their `seq`. The client keeps them until `ack` names the batch, and sends them again after any reconnect.',
  {
    batch: Type.Integer({
      minimum: 1,
      maximum: 4_294_967_295,
      description: 'chosen by the client; the `ack` repeats it',
    }),
    events: Type.Array(TelemetryEvent, { minItems: 1, maxItems: MAX_BATCH_EVENTS }),
  },
)
export type Telemetry = Static<typeof Telemetry>
