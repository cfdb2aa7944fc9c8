/** Owns the test of master keys from the environment: the contract of their port, and how the variable is read. */

import { describe, expect, test } from 'vitest'
import { readEnv } from '../runtime/env.ts'
import { masterKeysConfig } from './config.ts'
import { createLocalMasterKeys } from './local-master-keys.ts'
import { contractOfMasterKeys } from './master-keys.contract.ts'

const secretOf = (name: string) => name.padEnd(32, '.')
const keeper = (text: string) =>
  createLocalMasterKeys(readEnv({ SEGUE_MASTER_KEYS: text }, (read) => masterKeysConfig(read)))

describe('master keys of the environment', () => {
  contractOfMasterKeys((...names) => keeper(names.map((name) => `${name}=${secretOf(name)}`).join(',')))

  test('a secret that was changed under the same name is told from one that is not there', async () => {
    const wrapped = await keeper(`one=${secretOf('a')}`).wrap(Buffer.alloc(32), 'somebody')
    await expect(keeper(`one=${secretOf('b')}`).unwrap(wrapped, 'somebody')).rejects.toThrow('was its secret changed?')
  })
})

test.each([
  ['', 'SEGUE_MASTER_KEYS is not set'],
  ['one', 'its key 1 must be name=secret'],
  [`one=short`, 'its key 1 must be name=secret'],
  [`one=${secretOf('a')},ONE=${secretOf('b')}`, 'its key 2 must be name=secret'],
  [`one=${secretOf('a')},one=${secretOf('b')}`, 'its key 2 must be name=secret'],
])('%j is refused, and the secret is not said', (text, says) => {
  const read = () => keeper(text)
  expect(read).toThrow(says)
  expect(read).not.toThrow('...')
})
