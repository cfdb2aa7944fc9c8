import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recoup } from './recoup.ts'

test('the first advance is recouped first, and what is left is payable', () => {
  const advances = [
    { advanceId: 'a', open: 30n },
    { advanceId: 'done', open: 0n },
    { advanceId: 'b', open: 50n },
    { advanceId: 'c', open: 1n },
  ]
  expect(recoup(100n, advances)).toEqual({
    recouped: [
      { advanceId: 'a', micros: 30n },
      { advanceId: 'b', micros: 50n },
      { advanceId: 'c', micros: 1n },
    ],
    payable: 19n,
  })
  expect(recoup(40n, advances)).toEqual({
    recouped: [
      { advanceId: 'a', micros: 30n },
      { advanceId: 'b', micros: 10n },
    ],
    payable: 0n,
  })
  expect(recoup(0n, advances)).toEqual({ recouped: [], payable: 0n })
})

test('what is recouped and what is payable is what was earned; nothing is payable while an advance is open', () => {
  const amount = fc.bigInt(0n, 100n)
  fc.assert(
    fc.property(amount, fc.array(amount), (earned, opens) => {
      const { recouped, payable } = recoup(
        earned,
        opens.map((open, index) => ({ advanceId: `a${index}`, open })),
      )
      const back = recouped.reduce((sum, one) => sum + one.micros, 0n)
      expect(back + payable).toBe(earned)
      if (payable > 0n) expect(back).toBe(opens.reduce((sum, open) => sum + open, 0n))
    }),
  )
})

test('amounts below zero are a defect of the caller', () => {
  expect(() => recoup(-1n, [])).toThrow(RangeError)
  expect(() => recoup(1n, [{ advanceId: 'a', open: -1n }])).toThrow(RangeError)
})
