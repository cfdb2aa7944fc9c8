/** Owns the configuration of Kafka: where its brokers are, how they are spoken to, and as whom. */

import type { EnvReader } from '../runtime/env.ts'
import type { Secret } from '../runtime/secret.ts'
import { type KafkaTls, tlsConfig } from './tls.ts'
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
  /** Absent: in clear. */
  readonly tls?: KafkaTls
  readonly login?: KafkaLogin
}

export function kafkaConfig(read: EnvReader, user: KafkaUser | 'admin'): KafkaConfig {
  const brokers = read.list('SEGUE_KAFKA_BROKERS')
  const mechanism = read.choice('SEGUE_KAFKA_SASL', MECHANISMS, 'plain')
  const tls = tlsConfig(read)
  const place = { brokers, ...(tls === undefined ? {} : { tls }) }
  if (mechanism === 'none') return place
  const { user: name, password: variable } = loginVariables(user)
  return {
    ...place,
    login: { mechanism, user: read.text(name, kafkaUserName(user)), password: read.secret(variable), variable },
  }
}

/** Of whoever makes the topics and says who may what. */
export const adminKafkaConfig = (read: EnvReader): KafkaConfig => kafkaConfig(read, 'admin')
