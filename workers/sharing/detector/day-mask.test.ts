import { expect, test } from 'vitest'
import { aged, countDays, countWeeks, dayBit, spanDays, WINDOW_DAYS } from './day-mask.ts'

test('days move back and leave the window', () => {
  expect(aged(dayBit(0), 3)).toBe(dayBit(3))
  expect(aged(dayBit(20) | dayBit(2), 7)).toBe(dayBit(27) | dayBit(9))
  expect(aged(dayBit(21), 7)).toBe(0)
  expect(aged(2 ** WINDOW_DAYS - 1, WINDOW_DAYS)).toBe(0)
  expect(dayBit(WINDOW_DAYS)).toBe(0)
  expect(dayBit(-1)).toBe(0)
})

test('days, weeks and span are counted', () => {
  const days = dayBit(0) | dayBit(6) | dayBit(7) | dayBit(27)
  expect(countDays(days)).toBe(4)
  expect(countWeeks(days)).toBe(3)
  expect(spanDays(days)).toBe(28)
  expect(spanDays(dayBit(5))).toBe(1)
  expect([countDays(0), countWeeks(0), spanDays(0)]).toEqual([0, 0, 0])
})
