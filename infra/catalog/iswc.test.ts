import { expect, test } from 'vitest'
import { readIswc } from './iswc.ts'

test.each([
  ['T-034.524.680-1', 'T0345246801'],
  ['T-000.000.001-0', 'T0000000010'],
  ['iswc t0345246801', 'T0345246801'],
])('reads %s', (text, code) => {
  expect(readIswc(text)).toBe(code)
})

test.each(['', 'T-034.524.680', 'T-034.524.680-11', 'X-034.524.680-1'])('refuses %j', (text) => {
  expect(readIswc(text)).toBeUndefined()
})

test('every other check digit is refused, and two neighbours that changed places', () => {
  const others = Array.from({ length: 10 }, (_, digit) => `T034524680${digit}`)
  expect(others.filter((text) => readIswc(text) !== undefined)).toEqual(['T0345246801'])
  expect(readIswc('T0345426801')).toBeUndefined()
})
