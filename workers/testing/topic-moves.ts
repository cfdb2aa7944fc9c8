/** Owns what tests do to a topic, `playback.events` unless another is named, behind the backs of its readers. */

import { createKafka } from '../../infra/kafka/client.ts'
import type { KafkaConfig } from '../../infra/kafka/config.ts'
import { TOPICS } from '../../protocol/events/topics.ts'
import { until } from './until.ts'

type Admin = ReturnType<ReturnType<typeof createKafka>['admin']>

const topic = TOPICS.playbackEvents.name

export interface Place {
  readonly partition: number
  readonly offset: string
}

/** Where each partition of a topic ends now. */
export const placesNow = (kafka: KafkaConfig, of: keyof typeof TOPICS): Promise<readonly Place[]> =>
  asAdmin(kafka, (admin) => admin.fetchTopicOffsets(TOPICS[of].name))

/** Sets a group's offsets in Kafka to the beginning, or to `places`; nobody may be in the group. */
export async function rewindTopic(
  kafka: KafkaConfig,
  groupId: string,
  rewound: keyof typeof TOPICS = 'playbackEvents',
  places?: readonly Place[],
): Promise<void> {
  await asAdmin(kafka, async (admin) => {
    await until(
      async () => (await admin.describeGroups([groupId])).groups[0]?.state,
      (state) => state === 'Empty' || state === 'Dead',
    )
    const of = { groupId, topic: TOPICS[rewound].name }
    if (places === undefined) await admin.resetOffsets({ ...of, earliest: true })
    else await admin.setOffsets({ ...of, partitions: places.map(({ partition, offset }) => ({ partition, offset })) })
  })
}

/** Deletes every record that the topic has now. */
export async function forgetTopic(kafka: KafkaConfig): Promise<void> {
  await asAdmin(kafka, async (admin) => {
    const partitions = (await admin.fetchTopicOffsets(topic)).filter(({ high, low }) => high !== low)
    await admin.deleteTopicRecords({
      topic,
      partitions: partitions.map(({ partition, high }) => ({ partition, offset: high })),
    })
  })
}

export function endOfTopic(kafka: KafkaConfig): Promise<number> {
  return asAdmin(kafka, async (admin) => {
    const partitions = await admin.fetchTopicOffsets(topic)
    return partitions.reduce((sum, { high }) => sum + Number(high), 0)
  })
}

async function asAdmin<T>(kafka: KafkaConfig, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = createKafka(kafka, 'test').admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}
