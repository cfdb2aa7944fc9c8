/** Owns the presence of the topics in Kafka, and that what they acknowledge they have. */

import kafkajs, { type Admin } from 'kafkajs'
import { TOPICS, type Topic } from '../../protocol/events/topics.ts'
import { createKafka } from './client.ts'
import type { KafkaConfig } from './config.ts'
import { durabilityProblem, minInsyncFor, replicasFor, type TopicDurability } from './durability.ts'

const MIN_INSYNC = 'min.insync.replicas'

/**
 * Makes every topic of the table that is not there yet, and names them. May be called by several processes at once.
 * @throws {Error} when a topic, ours or one that was there, would acknowledge a record that a broker can lose.
 */
export async function ensureTopics(config: KafkaConfig): Promise<string[]> {
  const admin = createKafka(config, 'segue-topics').admin({ retry: { retries: 8, initialRetryTime: 200 } })
  try {
    await admin.connect()
    const present = new Set(await admin.listTopics())
    const missing = Object.values(TOPICS).filter((topic) => !present.has(topic.name))
    if (missing.length > 0) await create(admin, missing)
    const problems = (await durabilityOf(admin)).flatMap((topic) => durabilityProblem(topic) ?? [])
    if (problems.length > 0) throw new Error(problems.join('; '))
    return missing.map((topic) => topic.name)
  } finally {
    await admin.disconnect()
  }
}

/** Not left to the broker, whose own default is one replica even in a cluster. */
async function create(admin: Admin, topics: readonly Topic[]): Promise<void> {
  const { brokers } = await admin.describeCluster()
  const replicas = replicasFor(brokers.length)
  await admin.createTopics({
    waitForLeaders: true,
    topics: topics.map((topic) => ({
      topic: topic.name,
      numPartitions: topic.partitions,
      replicationFactor: replicas,
      configEntries: [
        { name: 'retention.ms', value: String(topic.retentionMs) },
        { name: 'cleanup.policy', value: topic.isCompacted ? 'compact' : 'delete' },
        { name: MIN_INSYNC, value: String(minInsyncFor(replicas)) },
      ],
    })),
  })
}

async function durabilityOf(admin: Admin): Promise<TopicDurability[]> {
  const names = Object.values(TOPICS).map((topic) => topic.name)
  const [{ topics }, { resources }] = await Promise.all([
    admin.fetchTopicMetadata({ topics: names }),
    admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: [MIN_INSYNC] })),
    }),
  ])
  return topics.map(({ name, partitions }) => {
    const entries = resources.find((resource) => resource.resourceName === name)?.configEntries
    const minInsync = entries?.find((entry) => entry.configName === MIN_INSYNC)?.configValue
    if (minInsync === undefined) throw new Error(`Kafka does not say ${MIN_INSYNC} of topic ${name}`)
    return {
      topic: name,
      replicas: Math.min(...partitions.map((partition) => partition.replicas.length)),
      minInsyncReplicas: Number(minInsync),
    }
  })
}
