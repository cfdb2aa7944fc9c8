/** Owns which master keys there are, read from the environment. */

import type { EnvReader } from '../runtime/env.ts'
import { Secret } from '../runtime/secret.ts'

export const MASTER_KEYS_VARIABLE = 'SEGUE_MASTER_KEYS'

export interface MasterKeysConfig {
  /** By name; the first wraps, the others are there for what they wrapped before. */
  readonly masterKeys: ReadonlyMap<string, Secret>
}

const FORM = /^([a-z0-9][a-z0-9-]{0,40})=(\S{32,})$/

export function masterKeysConfig(read: EnvReader): MasterKeysConfig {
  const masterKeys = new Map<string, Secret>()
  for (const [index, item] of read.secret(MASTER_KEYS_VARIABLE).reveal().split(',').filter(Boolean).entries()) {
    const [, name, value] = FORM.exec(item.trim()) ?? []
    if (name === undefined || value === undefined || masterKeys.has(name)) {
      read.refuse(
        `${MASTER_KEYS_VARIABLE}: its key ${index + 1} must be name=secret, of 32 characters or more, each name once`,
      )
    } else masterKeys.set(name, new Secret(value))
  }
  return { masterKeys }
}
