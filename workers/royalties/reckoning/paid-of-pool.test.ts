import fc from 'fast-check'
import { expect, test } from 'vitest'
import { paidOfPool } from './paid-of-pool.ts'
import type { Rational } from './rational.ts'

const half: Rational = { num: 1n, den: 2n }
const shareOf = (shares: readonly (Rational | undefined)[]) => (recording: number) => shares[recording]

test('where all shares are one the pool is that share of the revenue, and weights stay as they are', () => {
  const weighed = { recordings: [0, 1], weights: [3n, 4n], unallocated: undefined }
  expect(paidOfPool(101n, weighed, shareOf([{ num: 2n, den: 4n }, half]), { num: 9n, den: 10n })).toEqual({
    ...weighed,
    micros: 50n,
    share: { num: 2n, den: 4n },
  })
  expect(paidOfPool(101n, { recordings: [], weights: [], unallocated: 1n }, () => undefined, half).micros).toBe(50n)
})

test('where they differ each recording has its weight times its share', () => {
  const weighed = { recordings: [0, 1], weights: [60n, 40n], unallocated: undefined }
  const paid = paidOfPool(18_470_588n, weighed, shareOf([{ num: 52n, den: 100n }, half]), half)
  expect(paid.micros).toBe(9_456_941n)
  expect((paid.weights[0] as bigint) * 2_000n).toBe((paid.weights[1] as bigint) * 3_120n)
  expect(paid.share).toEqual({ num: 9_456_941n, den: 18_470_588n })
})

test('what is paid lies between what the least and the greatest share would pay', () => {
  const share = fc.tuple(fc.bigInt(0n, 9n), fc.constant(10n)).map(([num, den]) => ({ num, den }))
  const recording = fc.record({ share, weight: fc.bigInt(1n, 1_000n) })
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 12n), fc.array(recording, { minLength: 1, maxLength: 6 }), (revenue, all) => {
      const weighed = {
        recordings: all.map((_, index) => index),
        weights: all.map(({ weight }) => weight),
        unallocated: undefined,
      }
      const { micros } = paidOfPool(revenue, weighed, shareOf(all.map((one) => one.share)), half)
      const parts = all.map((one) => one.share.num).sort((a, b) => Number(a - b))
      expect(micros >= (revenue * (parts[0] as bigint)) / 10n).toBe(true)
      expect(micros <= (revenue * (parts.at(-1) as bigint)) / 10n).toBe(true)
    }),
  )
})
