/** Owns what every keeper of master keys must do. */

import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { MasterKeys } from './master-keys.ts'
import { KEY_BYTES } from './seal.ts'

/** @param keeper has master keys of these names, of which the first wraps; the same name is the same key in each */
export function contractOfMasterKeys(keeper: (...names: [string, ...string[]]) => MasterKeys): void {
  const dataKey = randomBytes(KEY_BYTES)

  test('what it wrapped it unwraps, and the wrapped key has nothing of it', async () => {
    const keys = keeper('one')
    const wrapped = await keys.wrap(dataKey, 'somebody')
    expect(wrapped.masterKey).toBe(keys.current)
    expect(wrapped.wrapped.includes(dataKey)).toBe(false)
    expect(await keys.unwrap(wrapped, 'somebody')).toEqual(dataKey)
  })

  test('the same key is never wrapped alike', async () => {
    const keys = keeper('one')
    const twice = [await keys.wrap(dataKey, 'somebody'), await keys.wrap(dataKey, 'somebody')]
    expect(twice[0]?.wrapped.equals(twice[1]?.wrapped ?? dataKey)).toBe(false)
  })

  test('a key is unwrapped for whom it was wrapped, and for nobody else', async () => {
    const keys = keeper('one')
    const wrapped = await keys.wrap(dataKey, 'somebody')
    await expect(keys.unwrap(wrapped, 'somebody else')).rejects.toMatchObject({ flaw: 'not-wrapped-by-it' })
  })

  test('a wrapped key of which any byte was altered is refused', async () => {
    const keys = keeper('one')
    const { masterKey, wrapped } = await keys.wrap(dataKey, 'somebody')
    for (let at = 0; at < wrapped.length; at += 1) {
      const altered = Buffer.from(wrapped)
      altered[at] = (altered[at] ?? 0) ^ 1
      await expect(keys.unwrap({ masterKey, wrapped: altered }, 'somebody')).rejects.toMatchObject({
        flaw: 'not-wrapped-by-it',
      })
    }
  })

  test('after a rotation the new one wraps, and what the old one wrapped is read for as long as it is there', async () => {
    const wrapped = await keeper('one').wrap(dataKey, 'somebody')
    const both = keeper('two', 'one')
    expect(both.current).toBe('two')
    expect(await both.unwrap(wrapped, 'somebody')).toEqual(dataKey)
    const anew = await both.wrap(dataKey, 'somebody')
    expect(anew.masterKey).toBe('two')
    const alone = keeper('two')
    expect(await alone.unwrap(anew, 'somebody')).toEqual(dataKey)
    await expect(alone.unwrap(wrapped, 'somebody')).rejects.toMatchObject({ flaw: 'unknown-master-key' })
  })
}
