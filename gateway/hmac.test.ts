import { createHmac as nodeHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createHmac } from './hmac.ts'

const keys = fc.uint8Array({ maxLength: 200 })
const texts = fc.string({ unit: 'binary', maxLength: 500 })

it('is what Node computes, for keys and texts of any length, one after another', () => {
  fc.assert(
    fc.property(keys, fc.array(texts, { minLength: 1, maxLength: 5 }), (key, all) => {
      const mine = createHmac(key)
      for (const text of all) {
        const right = () => nodeHmac('sha256', key).update(text)
        expect(mine.hex(text)).toBe(right().digest('hex'))
        expect(mine.base64url(text)).toBe(right().digest('base64url'))
        expect(mine.bytes(text)).toEqual(right().digest())
      }
    }),
  )
})
