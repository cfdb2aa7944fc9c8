import { expect, test } from 'vitest'
import { readGrid } from './grid.ts'

test.each([
  ['A1-2425G-ABC1234002-M', 'A12425GABC1234002M'],
  [' grid:a1-2425g-abc1234002-m ', 'A12425GABC1234002M'],
])('reads %s', (text, code) => {
  expect(readGrid(text)).toBe(code)
})

test.each(['', 'A1-2425G-ABC1234002', 'A2-2425G-ABC1234002-M', 'A1-2425G-ABC123400!-M'])('refuses %j', (text) => {
  expect(readGrid(text)).toBeUndefined()
})

test('every other check character is refused, and two neighbours that changed places', () => {
  const others = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((check) => `A12425GABC1234002${check}`)
  expect(others.filter((text) => readGrid(text) !== undefined)).toEqual(['A12425GABC1234002M'])
  expect(readGrid('A12425GABC1243002M')).toBeUndefined()
})
