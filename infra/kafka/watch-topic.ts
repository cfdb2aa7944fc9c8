/** Owns the reading of a topic from now on, without a place of its own in it: for whoever wants to see that a record came. */

import { randomUUID } from 'node:crypto'
import { createKafka } from './client.ts'
import type { KafkaConfig } from './config.ts'

/** Of one question for more, which a stop waits for. */
const WAIT_MS = 300

export interface SeenRecord {
  readonly key: string
  readonly value: Buffer | null
}

export interface TopicWatch {
  /** What came since, in the order of its coming. */
  readonly seen: readonly SeenRecord[]
  stop(): Promise<void>
}

export async function watchTopic(config: KafkaConfig, topic: string): Promise<TopicWatch> {
  const kafka = createKafka(config, 'segue-watch')
  const groupId = `segue-watch-${randomUUID()}`
  const admin = kafka.admin({ retry: { retries: 5, initialRetryTime: 200 } })
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: WAIT_MS, retry: { retries: 5, initialRetryTime: 200 } })
  const seen: SeenRecord[] = []
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(topic)
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message }) => {
      seen.push({ key: message.key?.toString() ?? '', value: message.value })
    },
  })
  for (const { partition, high } of ends) consumer.seek({ topic, partition, offset: high })
  return {
    seen,
    async stop() {
      await consumer.disconnect()
      await admin.deleteGroups([groupId])
      await admin.disconnect()
    },
  }
}
