import { expect, test } from 'vitest'
import { readIpiName } from './ipi.ts'

test.each([
  ['00000000297', '00000000297'],
  ['297', '00000000297'],
  // By hand, round the modulus: the digits weigh 100, 101 and 102.
  ['90000200001', '90000200001'],
  ['91000000100', '91000000100'],
  ['91000001000', '91000001000'],
])('reads %s', (text, code) => {
  expect(readIpiName(text)).toBe(code)
})

test.each(['', '00000000000', '00000000298', '000000002970', 'I-000000229-7', '0000000029X'])('refuses %j', (text) => {
  expect(readIpiName(text)).toBeUndefined()
})

test('of a number one pair of check digits is right', () => {
  const all = Array.from({ length: 100 }, (_, check) => `123456789${String(check).padStart(2, '0')}`)
  expect(all.filter((text) => readIpiName(text) !== undefined)).toHaveLength(1)
})
