/** Owns the bare producer, by the library that its one word names: the records of twenty events that a gateway would make, made once and sent again and again, `acks=all`, idempotent, one request at a time, as full as a broker takes them. */

import { Producer } from '@platformatic/kafka'
import { createKafka } from '../../../../infra/kafka/client.ts'
import { kafkaConfig } from '../../../../infra/kafka/config.ts'
import { tlsOptions } from '../../../../infra/kafka/tls.ts'
import { readEnv } from '../../../../infra/runtime/env.ts'
import { encodeRecord } from '../../../../protocol/events/record-codec.ts'
import { TOPICS } from '../../../../protocol/events/topics.ts'
import { uuidv7 } from '../../../../protocol/ids.ts'
import { takeOrders } from '../../../told-process.ts'
import type { Produced, ProducerLibrary } from '../../bare-producer.ts'
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
const messages = Array.from({ length: RECORDS_A_REQUEST }, (_, i) => records[i % ACCOUNTS] ?? []).flat()
const config = readEnv(process.env, (read) => kafkaConfig(read, 'gateway'))
const clientId = 'segue-bench-bare'
const topic = TOPICS.playbackEvents.name

/** Each sends all of the messages, and is done when every replica in step has them. */
const LIBRARIES: Readonly<Record<ProducerLibrary, () => Promise<() => Promise<unknown>>>> = {
  async kafkajs() {
    const producer = createKafka(config, clientId).producer({ idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    return () => producer.send({ topic, acks: -1, messages })
  },
  async platformatic() {
    const { brokers, login, tls } = config
    const sasl = { mechanism: 'PLAIN', username: login?.user ?? '', password: login?.password.reveal() ?? '' } as const
    const by = tls === undefined ? { sasl } : { sasl, tls: tlsOptions(tls) }
    const producer = new Producer({ clientId, bootstrapBrokers: [...brokers], idempotent: true, acks: -1, ...by })
    const addressed = messages.map(({ key, value }) => ({ topic, key: Buffer.from(key), value }))
    await producer.initIdempotentProducer({})
    return () => producer.send({ messages: addressed })
  },
}

const send = await LIBRARIES[process.argv[2] as ProducerLibrary]()

takeOrders<{ readonly forMs: number }, Produced, { readonly word: string }>(async ({ forMs }) => {
  const began = performance.now()
  let sent = 0
  while (performance.now() - began < forMs) {
    await send()
    sent += messages.length
  }
  return { records: sent, seconds: (performance.now() - began) / 1_000 }
})
