import { expect, test } from 'vitest'
import { MAX_TRUE_PEAK_DBTP, staticGainDb, TARGET_LUFS } from './gain.ts'

test('a loud track is turned down to the target', () => {
  expect(staticGainDb(-8, 0.5)).toBe(-6)
})

test('a quiet track is turned up as far as its peaks allow', () => {
  expect(staticGainDb(-23, -15)).toBe(9)
  expect(staticGainDb(-23, -3)).toBeCloseTo(1.95)
})

test('a track whose peaks are over the bound is turned down even at the target', () => {
  expect(staticGainDb(TARGET_LUFS, 0.4)).toBeLessThanOrEqual(MAX_TRUE_PEAK_DBTP - 0.4)
})

test('silence stays silence', () => {
  expect(staticGainDb(-70, -120)).toBe(0)
})
