/** Owns the configuration of Kafka: where its brokers are, and as whom they are reached. */

import type { EnvReader } from '../runtime/env.ts'
import type { Secret } from '../runtime/secret.ts'
import { type KafkaUser, kafkaUserName, loginVariables } from './users.ts'

/** `none`: of brokers whom whoever reaches them may tell everything. */
export const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512', 'none'] as const
export type Mechanism = Exclude<(typeof MECHANISMS)[number], 'none'>

export interface KafkaLogin {
  readonly mechanism: Mechanism
  readonly user: string
  readonly password: Secret
  /** What set the password, for whoever has to mend it. */
  readonly variable: string
}

export interface KafkaConfig {
  readonly brokers: readonly string[]
  readonly login?: KafkaLogin
}

export function kafkaConfig(read: EnvReader, user: KafkaUser | 'admin'): KafkaConfig {
  const brokers = read.list('SEGUE_KAFKA_BROKERS')
  const mechanism = read.choice('SEGUE_KAFKA_SASL', MECHANISMS, 'plain')
  if (mechanism === 'none') return { brokers }
  const { user: name, password: variable } = loginVariables(user)
  return {
    brokers,
    login: { mechanism, user: read.text(name, kafkaUserName(user)), password: read.secret(variable), variable },
  }
}

/** Of whoever makes the topics and says who may what. */
export const adminKafkaConfig = (read: EnvReader): KafkaConfig => kafkaConfig(read, 'admin')
