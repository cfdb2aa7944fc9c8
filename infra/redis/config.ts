/** Owns the configuration of Redis: one URL with the password. */

import type { EnvReader } from '../runtime/env.ts'
import type { Secret } from '../runtime/secret.ts'

export interface RedisConfig {
  readonly url: Secret
}

export function redisConfig(read: EnvReader): RedisConfig {
  return { url: read.secretUrl('SEGUE_REDIS_URL', ['redis', 'rediss']) }
}
