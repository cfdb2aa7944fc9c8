/** Owns the configuration of Kafka: where its brokers are. */

import type { EnvReader } from '../runtime/env.ts'

export interface KafkaConfig {
  readonly brokers: readonly string[]
}

export function kafkaConfig(read: EnvReader): KafkaConfig {
  return { brokers: read.list('SEGUE_KAFKA_BROKERS') }
}
