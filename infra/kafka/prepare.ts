/** Owns making brokers ready for the services: topics, and who may do what with them, by the names that `env` has of users. */

import { readEnv } from '../runtime/env.ts'
import { adminKafkaConfig } from './config.ts'
import { ensureRights } from './rights.ts'
import { ensureTopics } from './topics.ts'
import { KAFKA_USER_NAMES, type KafkaUser, kafkaUserName, loginVariables } from './users.ts'

/** May be run again, at each start. */
export async function prepareKafka(env: NodeJS.ProcessEnv): Promise<void> {
  const admin = readEnv(env, adminKafkaConfig)
  await ensureTopics(admin)
  // Without sign-in a broker knows nobody whom it could refuse.
  if (admin.login === undefined) return
  const names = readEnv(env, (read) =>
    KAFKA_USER_NAMES.map((user) => [user, read.text(loginVariables(user).user, kafkaUserName(user))]),
  )
  await ensureRights(admin, Object.fromEntries(names) as Record<KafkaUser, string>)
}
