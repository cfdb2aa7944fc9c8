/** Owns making brokers ready for the services that `env` has passwords for: topics, and who may do what with them. */

import { readEnv } from '../runtime/env.ts'
import { adminKafkaConfig, kafkaConfig } from './config.ts'
import { ensureRights } from './rights.ts'
import { ensureTopics } from './topics.ts'
import { KAFKA_USER_NAMES, type KafkaUser } from './users.ts'

/** May be run again, at each start. */
export async function prepareKafka(env: NodeJS.ProcessEnv): Promise<void> {
  const admin = readEnv(env, adminKafkaConfig)
  await ensureTopics(admin)
  // Without sign-in a broker knows nobody whom it could refuse.
  if (admin.login === undefined) return
  const names = KAFKA_USER_NAMES.map((user) => [user, readEnv(env, (read) => kafkaConfig(read, user)).login?.user])
  await ensureRights(admin, Object.fromEntries(names) as Record<KafkaUser, string>)
}
