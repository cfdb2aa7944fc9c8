import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { minorUnits } from './currency.ts'
import { payOut } from './pay-out.ts'
import { sumOf } from './rational.ts'

const AT_PAR = { num: 1n, den: 1n }

describe('smallest units', () => {
  test.each([
    ['EUR', 100n],
    ['JPY', 1n],
    ['KWD', 1_000n],
    ['CLF', 10_000n],
  ])('of %s', (currency, units) => {
    expect(minorUnits(currency)).toBe(units)
  })
})

test.each([
  ['599 cents at 85 and 15', 'EUR', AT_PAR, [5_091_500n, 898_500n], [509n, 90n], { num: 0n, den: 1n }],
  // 10 € at 161.237 are 1612.37 yen: 1612 are paid, and 0.37 wait.
  [
    'euros into yen',
    'JPY',
    { num: 161_237n, den: 1_000n },
    [5_000_000n, 5_000_000n],
    [806n, 806n],
    { num: 37n, den: 100n },
  ],
  // 10 € at 1/3 are 3333⅓ fils.
  ['euros into dinars', 'KWD', { num: 1n, den: 3n }, [7_500_000n, 2_500_000n], [2_500n, 833n], { num: 1n, den: 3n }],
  ['ties by holder', 'EUR', AT_PAR, [5_000n, 5_000n], [1n, 0n], { num: 0n, den: 1n }],
  ['less than anything', 'EUR', AT_PAR, [4_000n, 5_000n], [0n, 0n], { num: 9n, den: 10n }],
] as const)('%s', (_, currency, rate, earned, minor, carried) => {
  const holders = earned.map((micros, index) => ({ holder: `h${index}`, micros }))
  const paid = payOut(holders.toReversed(), currency, rate)
  expect(paid.payments).toEqual(minor.map((one, index) => ({ holder: `h${index}`, minor: one })))
  expect(paid.carried).toEqual(carried)
})

test('what is carried is paid when it has become whole', () => {
  const earned = [{ holder: 'h', micros: 6_000n }]
  const first = payOut(earned, 'EUR', AT_PAR)
  const second = payOut(earned, 'EUR', AT_PAR, first.carried)
  expect(first).toEqual({ payments: [{ holder: 'h', minor: 0n }], carried: { num: 3n, den: 5n } })
  expect(second).toEqual({ payments: [{ holder: 'h', minor: 1n }], carried: { num: 1n, den: 5n } })
  expect(payOut([], 'EUR', AT_PAR, { num: 9n, den: 4n })).toEqual({ payments: [], carried: { num: 9n, den: 4n } })
})

test('payments and what is carried are what was earned, exactly; nobody is a smallest unit away from his part', () => {
  const rate = fc.record({ num: fc.bigInt(1n, 10n ** 9n), den: fc.bigInt(1n, 10n ** 9n) })
  const amounts = fc.array(fc.bigInt(0n, 10n ** 15n), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(amounts, rate, fc.constantFrom('EUR', 'JPY', 'KWD'), (micros, by, currency) => {
      const { payments, carried } = payOut(
        micros.map((one, index) => ({ holder: `h${index}`, micros: one })),
        currency,
        by,
      )
      const worth = (one: bigint) => ({ num: one * by.num * minorUnits(currency), den: by.den * 1_000_000n })
      const paid = payments.reduce((sum, one) => sum + one.minor, 0n)
      expect(sumOf([{ num: paid, den: 1n }, carried])).toEqual(sumOf(micros.map(worth)))
      expect(carried.num < carried.den).toBe(true)
      payments.forEach(({ minor }, index) => {
        const { num, den } = worth(micros[index] ?? 0n)
        // A part of the whole alone is shared, and so a part may be less by what is carried, which is less than one.
        expect(minor * den - num < den && num - minor * den < 2n * den).toBe(true)
      })
    }),
    { numRuns: 1_000 },
  )
})
