/** Owns the master keys of a development, and of whoever has no key management service: made of secrets of the environment. */

import { hkdfSync } from 'node:crypto'
import type { MasterKeysConfig } from './config.ts'
import { MasterKeyProblem, type MasterKeys } from './master-keys.ts'
import { KEY_BYTES, open, seal } from './seal.ts'

export function createLocalMasterKeys({ masterKeys, variable }: MasterKeysConfig): MasterKeys {
  const keys = new Map(
    [...masterKeys].map(([name, secret]) => {
      const bytes = hkdfSync('sha256', secret.reveal(), 'segue', `master-key:${name}`, KEY_BYTES)
      return [name, Buffer.from(bytes)] as const
    }),
  )
  const keyOf = (name: string): Buffer => {
    const key = keys.get(name)
    if (key !== undefined) return key
    throw new MasterKeyProblem('unknown-master-key', `there is no master key ${name}: give it in ${variable}`)
  }
  const [current = ''] = keys.keys()
  return {
    current,
    async wrap(key, about) {
      return { masterKey: current, wrapped: seal(keyOf(current), key, about) }
    },
    async unwrap({ masterKey, wrapped }, about) {
      const key = keyOf(masterKey)
      try {
        return open(key, wrapped, about)
      } catch (cause) {
        const says = `the key of ${about} was not wrapped by the master key ${masterKey} as it is now: was its secret changed?`
        throw new MasterKeyProblem('not-wrapped-by-it', says, cause)
      }
    },
  }
}
