/** Owns Kafka as a dependency: up when every partition of the topic that matters has a leader. */

import type { Admin } from 'kafkajs'
import { createDependency, type Dependency } from '../runtime/dependency.ts'
import type { Logger } from '../runtime/log.ts'
import { createKafka } from './client.ts'
import type { KafkaConfig } from './config.ts'
import { PlaybackLogError } from './playback-log.ts'
import { type KafkaUser, mainTopicOf } from './users.ts'

/** @param user who asks; of his own topic, as he may know of no other */
export function kafkaDependency(config: KafkaConfig, user: KafkaUser, clientId: string, log: Logger): Dependency {
  const topic = mainTopicOf(user)
  const kafka = createKafka(config, clientId, log)
  let admin: Admin | undefined

  const connected = async (): Promise<Admin> => {
    if (admin !== undefined) return admin
    const fresh = kafka.admin({ retry: { retries: 0 } })
    await fresh.connect()
    admin = fresh
    return fresh
  }
  const letGo = async (): Promise<void> => {
    const left = admin
    admin = undefined
    await left?.disconnect()
  }
  return createDependency('kafka', {
    log,
    async probe(signal) {
      const drop = () => void letGo().catch((error: unknown) => log.debug({ err: error }, 'probe left'))
      signal.addEventListener('abort', drop, { once: true })
      const { topics } = await (await connected()).fetchTopicMetadata({ topics: [topic] })
      signal.removeEventListener('abort', drop)
      const leaders = topics.flatMap(({ partitions }) => partitions.map(({ leader }) => leader))
      if (leaders.length === 0 || leaders.some((leader) => leader < 0)) throw new Error(`${topic}: no leader`)
    },
    // A record that is too large, or one too many in the queue, says nothing of the server.
    isAway: (error) => !(error instanceof PlaybackLogError) || error.reason === 'unavailable',
    close: letGo,
  })
}
