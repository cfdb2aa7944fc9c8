/** Owns the test of sealing: opened by the same key about the same thing, and by nothing else. */

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KEY_BYTES, open, seal } from './seal.ts'

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))

test('what was sealed is opened by its key and its subject alone', () => {
  fc.assert(
    fc.property(bytes, fc.string(), fc.string(), (clear, about, other) => {
      fc.pre(about !== other)
      const key = randomBytes(KEY_BYTES)
      const sealed = seal(key, clear, about)
      expect(open(key, sealed, about)).toEqual(clear)
      expect(() => open(key, sealed, other)).toThrow()
      expect(() => open(randomBytes(KEY_BYTES), sealed, about)).toThrow()
      if (clear.length >= 4) expect(sealed.includes(clear)).toBe(false)
    }),
  )
})

test('what was altered or cut short anywhere is refused', () => {
  const key = randomBytes(KEY_BYTES)
  const sealed = seal(key, Buffer.from('Ada Brandt'), 'name')
  for (let at = 0; at < sealed.length; at += 1) {
    const altered = Buffer.from(sealed)
    altered[at] = (altered[at] ?? 0) ^ 0x80
    expect(() => open(key, altered, 'name')).toThrow()
    expect(() => open(key, sealed.subarray(0, at), 'name')).toThrow()
  }
})
