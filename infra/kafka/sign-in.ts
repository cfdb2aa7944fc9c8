/** Owns what a broker of ours is told of those who sign in, and what a Java client is told to reach brokers and sign in. */

import type { Secrets } from '../stack/secrets.ts'
import type { KafkaConfig, KafkaLogin } from './config.ts'
import { javaTls } from './tls.ts'
import { KAFKA_USER_NAMES, type KafkaUser, kafkaUserName, loginVariables } from './users.ts'

const PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule'
const SCRAM = 'org.apache.kafka.common.security.scram.ScramLoginModule'

/** That of the environment, or else the one that was made at the first start. */
export function passwordOf(user: KafkaUser | 'admin', env: NodeJS.ProcessEnv, secrets: Secrets): string {
  const made = user === 'admin' ? secrets.kafka_password : secrets[`kafka_${user}_password`]
  return env[loginVariables(user).password]?.trim() || made
}

/** Everybody the broker lets in; it signs in to itself as the admin. */
export function brokerLogins(passwords: (user: KafkaUser | 'admin') => string): string {
  const users = (['admin', ...KAFKA_USER_NAMES] as const).map(
    (user) => `user_${kafkaUserName(user)}="${passwords(user)}"`,
  )
  return `${PLAIN} required username="${kafkaUserName('admin')}" password="${passwords('admin')}" ${users.join(' ')};`
}

/** Settings of a Java client; `password` and `key` may be words by which it finds them. */
export function javaClient(
  { tls, login }: Pick<KafkaConfig, 'tls' | 'login'>,
  { password, key }: { readonly password: string; readonly key: string },
): Readonly<Record<string, string>> {
  const layers = `${login === undefined ? '' : 'SASL_'}${tls !== undefined ? 'SSL' : 'PLAINTEXT'}`
  return {
    'security.protocol': layers,
    ...(tls === undefined ? {} : javaTls(tls, key)),
    ...(login === undefined ? {} : javaLogin(login, password)),
  }
}

function javaLogin({ mechanism, user }: KafkaLogin, password: string): Readonly<Record<string, string>> {
  const module = mechanism === 'plain' ? PLAIN : SCRAM
  return {
    'sasl.mechanism': mechanism.toUpperCase(),
    'sasl.jaas.config': `${module} required username="${user}" password="${password}";`,
  }
}
