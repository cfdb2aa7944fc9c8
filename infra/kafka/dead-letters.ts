/** Owns the topic of records that could not be read: kept as they came, with the reason, for somebody to look at. */

import { TOPICS } from '../../protocol/events/topics.ts'
import type { Logger } from '../runtime/log.ts'
import { createKafka } from './client.ts'
import type { KafkaConfig } from './config.ts'
import type { ConsumedRecord } from './consumer.ts'

export interface DeadLetter {
  readonly record: ConsumedRecord
  readonly topic: string
  readonly partition: number
  readonly reason: string
}

export interface DeadLetters {
  /** Resolves when Kafka has them all; a second call for the same ones writes them twice. */
  put(letters: readonly DeadLetter[]): Promise<void>
  stop(): Promise<void>
}

const ACKS_ALL = -1

export function createDeadLetters(config: KafkaConfig, clientId: string, log: Logger): DeadLetters {
  const producer = createKafka(config, clientId, log).producer({ retry: { retries: 3, initialRetryTime: 200 } })
  let connected = false
  return {
    async put(letters) {
      if (!connected) await producer.connect()
      connected = true
      await producer.send({
        topic: TOPICS.playbackEventsDead.name,
        acks: ACKS_ALL,
        messages: letters.map(({ record, topic, partition, reason }) => ({
          key: record.key,
          value: record.value,
          headers: { ...record.headers, reason, topic, partition: String(partition), offset: String(record.offset) },
        })),
      })
    },
    async stop() {
      if (connected) await producer.disconnect()
    },
  }
}
