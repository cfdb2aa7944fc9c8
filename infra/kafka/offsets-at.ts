/** Owns which offsets of a topic lie before an instant. */

import { createKafka } from './client.ts'
import type { KafkaConfig } from './config.ts'

export interface OffsetAt {
  readonly partition: number
  /** Of the first record that Kafka still has, or of the next that it will take. */
  readonly first: bigint
  /** Of the first record that Kafka took at the instant or later, or of the next that it will take. */
  readonly offset: bigint
}

export async function offsetsAt(config: KafkaConfig, topic: string, atMs: number): Promise<OffsetAt[]> {
  const admin = createKafka(config, 'segue-offsets').admin({ retry: { retries: 5, initialRetryTime: 200 } })
  try {
    await admin.connect()
    const kept = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, low }) => [partition, BigInt(low)]))
    const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, atMs)
    return offsets.map(({ partition, offset }) => ({
      partition,
      first: kept.get(partition) ?? 0n,
      offset: BigInt(offset),
    }))
  } finally {
    await admin.disconnect()
  }
}
