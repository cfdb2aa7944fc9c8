import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byLargestRemainder } from './largest-remainder.ts'

test.each([
  [599n, [85n, 15n], [509n, 90n]],
  [10n, [1n, 1n, 1n], [4n, 3n, 3n]],
  [11n, [1n, 1n, 1n], [4n, 4n, 3n]],
  [1n, [0n, 1n, 1n], [0n, 1n, 0n]],
  [0n, [0n, 0n], [0n, 0n]],
  [0n, [], []],
])('%d by %s', (total, weights, parts) => {
  expect(byLargestRemainder(total, weights)).toEqual(parts)
})

test('parts add to the whole, and each is its exact share, rounded down or up', () => {
  const weights = fc.array(fc.bigInt(0n, 10n ** 30n), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 25n), weights, (total, all) => {
      const whole = all.reduce((sum, one) => sum + one, 0n)
      fc.pre(whole > 0n)
      const parts = byLargestRemainder(total, all)
      expect(parts.reduce((sum, one) => sum + one, 0n)).toBe(total)
      parts.forEach((part, index) => {
        const share = (total * (all[index] ?? 0n)) / whole
        expect(part === share || part === share + 1n).toBe(true)
      })
    }),
    { numRuns: 1_000 },
  )
})

test.each([
  ['an amount without anybody', 1n, []],
  ['an amount without a weight', 1n, [0n, 0n]],
  ['an amount below zero', -1n, [1n]],
  ['a weight below zero', 1n, [2n, -1n]],
])('%s is a defect of the caller', (_, total, weights) => {
  expect(() => byLargestRemainder(total, weights)).toThrow(RangeError)
})
