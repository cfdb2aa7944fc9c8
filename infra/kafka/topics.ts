/** Owns the presence of the topics in Kafka. */

import { TOPICS } from '../../protocol/events/topics.ts'
import { createKafka } from './client.ts'
import type { KafkaConfig } from './config.ts'

/** Makes every topic of the table that is not there yet, and names them. May be called by several processes at once. */
export async function ensureTopics(config: KafkaConfig): Promise<string[]> {
  const admin = createKafka(config, 'segue-topics').admin({ retry: { retries: 8, initialRetryTime: 200 } })
  try {
    await admin.connect()
    const present = new Set(await admin.listTopics())
    const missing = Object.values(TOPICS).filter((topic) => !present.has(topic.name))
    if (missing.length === 0) return []
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => ({
        topic: topic.name,
        numPartitions: topic.partitions,
        configEntries: [{ name: 'retention.ms', value: String(topic.retentionMs) }],
      })),
    })
    return missing.map((topic) => topic.name)
  } finally {
    await admin.disconnect()
  }
}
