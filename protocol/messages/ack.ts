/** Owns `ack`: a batch is safe. */

import { type Static, Type } from '@sinclair/typebox'
import { Message } from '../fields.ts'

export const Ack = Message(
  'ack',
  'Every event of the batch is in Kafka, written by all in-sync replicas. The client may forget them.',
  {
    batch: Type.Integer({ minimum: 1, maximum: 4_294_967_295, description: 'from the `telemetry` message' }),
  },
)
export type Ack = Static<typeof Ack>
