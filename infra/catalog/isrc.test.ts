import { expect, test } from 'vitest'
import { LOCAL_PREFIX, localIsrc, readIsrc } from './isrc.ts'

const HASH = 'ffffffffffff0000000000000000000000000000000000000000000000000000'

test.each([
  ['GBEMI0300013', 'GBEMI0300013'],
  ['gb-emi-03-00013', 'GBEMI0300013'],
  ['ISRC GB-EMI-03-00013', 'GBEMI0300013'],
  [' isrc:us z03 98 12345 ', 'USZ039812345'],
])('reads %s', (text, code) => {
  expect(readIsrc(text)).toBe(code)
})

test.each(['', 'GBEMI030001', 'GBEMI03000134', '1BEMI0300013', 'GBEMI03O0013', 'The Studio'])('refuses %j', (text) => {
  expect(readIsrc(text)).toBeUndefined()
})

test('a local code is well formed, in our range, and always the same', () => {
  const code = localIsrc(HASH, '2007-01-01', 0)
  expect(readIsrc(code)).toBe(code)
  expect(code.startsWith(`${LOCAL_PREFIX}07`)).toBe(true)
  expect(localIsrc(HASH, '2007-01-01', 0)).toBe(code)
})

test('a local code without a date has the year 00', () => {
  expect(localIsrc(HASH, undefined, 0).slice(5, 7)).toBe('00')
})

test('each attempt gives another code, round the end of the range', () => {
  const codes = Array.from({ length: 100 }, (_, attempt) => localIsrc(HASH, undefined, attempt))
  expect(new Set(codes).size).toBe(100)
  expect(codes.every((code) => readIsrc(code) === code)).toBe(true)
})
