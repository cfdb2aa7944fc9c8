/** Owns the bare producer: the records of twenty events that a gateway would make, made once and sent again and again, `acks=all`, idempotent, one request at a time, as full as a broker takes them. */

import { createKafka } from '../../../../infra/kafka/client.ts'
import { kafkaConfig } from '../../../../infra/kafka/config.ts'
import { readEnv } from '../../../../infra/runtime/env.ts'
import { encodeRecord } from '../../../../protocol/events/record-codec.ts'
import { TOPICS } from '../../../../protocol/events/topics.ts'
import { uuidv7 } from '../../../../protocol/ids.ts'
import { takeOrders } from '../../../told-process.ts'
import type { Produced } from '../../bare-producer.ts'
import { batchOf } from '../../generator/batch.ts'

const ACCOUNTS = 200
/** As many as the gateway has at hand when its clients keep eight each under way. */
const RECORDS_A_REQUEST = 800

const nowMs = Date.now()
const records = Array.from({ length: ACCOUNTS }, (_, i) => {
  const who = { v: 1, account_id: `acct-bare-${i}`, session_id: uuidv7(nowMs), device_id: 'bench' } as const
  const rest = { device_kind: 'phone', plan: 'family', country: 'DE', received_at_ms: nowMs } as const
  const events = batchOf(uuidv7(nowMs), nowMs)
  return { key: who.account_id, value: Buffer.from(encodeRecord({ type: 'telemetry', ...who, ...rest, events })) }
})
const messages = Array.from({ length: RECORDS_A_REQUEST }, (_, i) => records[i % ACCOUNTS] ?? records[0])
const producer = createKafka(
  readEnv(process.env, (read) => kafkaConfig(read, 'gateway')),
  'segue-bench-bare',
).producer({
  idempotent: true,
  maxInFlightRequests: 1,
})
await producer.connect()

takeOrders<{ readonly forMs: number }, Produced, { readonly word: string }>(async ({ forMs }) => {
  const began = performance.now()
  let sent = 0
  while (performance.now() - began < forMs) {
    await producer.send({
      ...{ topic: TOPICS.playbackEvents.name, acks: -1 },
      messages: messages.flatMap((message) => message ?? []),
    })
    sent += messages.length
  }
  return { records: sent, seconds: (performance.now() - began) / 1_000 }
})
