import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defaultShares } from './rights-shares.ts'

test('an artist without composers has it all', () => {
  expect(defaultShares('Ann', [])).toEqual([{ name: 'Ann', num: 1, den: 1 }])
})

test('an artist who composed has it all', () => {
  expect(defaultShares('Ann', ['ann'])).toEqual([{ name: 'Ann', num: 1, den: 1 }])
})

test('composers have one fifth in equal parts, in lowest terms', () => {
  expect(defaultShares('Ann', ['Bo', 'Cy'])).toEqual([
    { name: 'Ann', num: 4, den: 5 },
    { name: 'Bo', num: 1, den: 10 },
    { name: 'Cy', num: 1, den: 10 },
  ])
})

test('an artist who is one of two composers has both parts', () => {
  expect(defaultShares('Ann', ['Ann', 'Bo'])).toEqual([
    { name: 'Ann', num: 9, den: 10 },
    { name: 'Bo', num: 1, den: 10 },
  ])
})

test('shares add to exactly one, whoever the composers are', () => {
  const name = fc.constantFrom('Ann', 'Bo', 'Cy', 'Di', 'Ed', 'Flo', 'Gus')
  fc.assert(
    fc.property(name, fc.uniqueArray(name, { maxLength: 7 }), (artist, composers) => {
      const shares = defaultShares(artist, composers)
      const den = shares.reduce((product, share) => product * BigInt(share.den), 1n)
      const num = shares.reduce((sum, share) => sum + (BigInt(share.num) * den) / BigInt(share.den), 0n)
      expect(num).toBe(den)
      expect(new Set(shares.map((share) => share.name)).size).toBe(shares.length)
    }),
  )
})
