import { expect, test } from 'vitest'
import { aheadOf, stepsOf } from './tend-partitions.ts'

const steps = (months: readonly string[], keepMonths: number, aheadMonths = 2, current = '2026-11') =>
  stepsOf('t', { current, months, keepMonths, aheadMonths }).map(({ kind, month }) => `${kind} ${month}`)

test('months are made ahead, over the end of the year, and the one before for what comes late', () => {
  expect(steps([], 12)).toEqual(['make 2026-10', 'make 2026-11', 'make 2026-12', 'make 2027-01'])
  expect(steps(['2026-10', '2026-11', '2027-01'], 12)).toEqual(['make 2026-12'])
})

test('a month is kept for whole months after itself, and is retired the day after', () => {
  const months = ['2025-10', '2025-11', '2026-10', '2026-11', '2026-12', '2027-01']
  expect(steps(months, 12)).toEqual(['retire 2025-10'])
  expect(steps(months, 13)).toEqual([])
  expect(steps([...months, '2027-02'], 12, 2, '2026-12')).toEqual(['retire 2025-10', 'retire 2025-11'])
})

test('what was done is not done again, and no month that is to be retired is made', () => {
  const months = ['2026-10', '2026-11', '2026-12', '2027-01']
  expect(steps(months, 1)).toEqual([])
  expect(steps(['2026-11', '2026-12', '2027-01'], 0)).toEqual([])
})

test.each([
  [['2026-10', '2026-11', '2026-12', '2027-01'], 2],
  [['2026-11', '2027-01', '2027-02'], 0],
  [['2026-10', '2026-12', '2027-01'], 0],
  [['2026-11'], 0],
  [[], 0],
])('of %j so many whole months are ahead of November without a gap: %i', (months, ahead) => {
  expect(aheadOf({ current: '2026-11', months })).toBe(ahead)
})
