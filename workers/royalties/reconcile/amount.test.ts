import { expect, test } from 'vitest'
import { readAmount, writeAmount } from './amount.ts'

test.each<[text: string, currency: string, micros: bigint | undefined]>([
  ['12.30', 'EUR', 12_300_000n],
  ['0.01', 'USD', 10_000n],
  ['1230', 'JPY', 1_230_000_000n],
  ['1.234', 'KWD', 1_234_000n],
  ['999999999999.99', 'EUR', 999_999_999_999_990_000n],
  ['12.3', 'EUR', undefined],
  ['12', 'EUR', undefined],
  ['12.345', 'EUR', undefined],
  ['1230.00', 'JPY', undefined],
  ['1.23', 'KWD', undefined],
  ['-1.00', 'EUR', undefined],
  ['+1.00', 'EUR', undefined],
  ['01.00', 'EUR', undefined],
  ['1,00', 'EUR', undefined],
  ['1e3', 'JPY', undefined],
  ['1000000000000.00', 'EUR', undefined],
  ['', 'EUR', undefined],
])('%j in %s is %s millionths', (text, currency, micros) => {
  expect(readAmount(text, currency)).toBe(micros)
  if (micros !== undefined) expect(writeAmount(micros, currency)).toBe(text)
})

test.each([
  [12_300_001n, 'EUR', '12.300001'],
  [5n, 'JPY', '0.000005'],
  [0n, 'EUR', '0.00'],
])('%s millionths of %s are written %s', (micros, currency, text) => {
  expect(writeAmount(micros, currency)).toBe(text)
})
