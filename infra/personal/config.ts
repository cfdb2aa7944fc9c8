/** Owns which master keys there are, read from the environment. */

import type { EnvReader } from '../runtime/env.ts'
import { Secret } from '../runtime/secret.ts'

export const MASTER_KEYS_VARIABLE = 'SEGUE_MASTER_KEYS'
/** Of backups, and none of the above: whoever restores a server by them reads no name, and a rotation of the others leaves backups to be opened. */
export const BACKUP_KEYS_VARIABLE = 'SEGUE_BACKUP_KEYS'
/** What lets in to a store where backups go. */
export const BACKUP_STORE_VARIABLES = ['SEGUE_BACKUP_STORE_ACCESS_KEY', 'SEGUE_BACKUP_STORE_SECRET_KEY'] as const

export interface MasterKeysConfig {
  /** By name; the first wraps, the others are there for what they wrapped before. */
  readonly masterKeys: ReadonlyMap<string, Secret>
  /** Where they were read from, to be told when one is missing. */
  readonly variable: string
}

const FORM = /^([a-z0-9][a-z0-9-]{0,40})=(\S{32,})$/

export function masterKeysConfig(read: EnvReader, variable: string = MASTER_KEYS_VARIABLE): MasterKeysConfig {
  const masterKeys = new Map<string, Secret>()
  for (const [index, item] of read.secret(variable).reveal().split(',').filter(Boolean).entries()) {
    const [, name, value] = FORM.exec(item.trim()) ?? []
    if (name === undefined || value === undefined || masterKeys.has(name)) {
      read.refuse(`${variable}: its key ${index + 1} must be name=secret, of 32 characters or more, each name once`)
    } else masterKeys.set(name, new Secret(value))
  }
  return { masterKeys, variable }
}
