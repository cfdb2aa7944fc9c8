import { expect, test } from 'vitest'
import { distanceKm, isImpossibleTravel } from './distance.ts'

test('the haversine of Nashville to Los Angeles', () => {
  expect(distanceKm({ lat: 36.12, lon: -86.67 }, { lat: 33.94, lon: -118.4 })).toBeCloseTo(2887.26, 2)
  expect(distanceKm({ lat: 10, lon: 179.9 }, { lat: 10, lon: -179.9 })).toBeLessThan(25)
  expect(distanceKm({ lat: 90, lon: 0 }, { lat: -90, lon: 0 })).toBeCloseTo(Math.PI * 6372.8, 3)
})

test('travel is impossible beyond a limit of speed, from a distance on', () => {
  const limits = [{ fromKm: 100, fasterThanKmh: 300 }]
  expect(isImpossibleTravel(99, 0, limits)).toBe(false)
  expect(isImpossibleTravel(300, 3_600_000, limits)).toBe(false)
  expect(isImpossibleTravel(301, 3_600_000, limits)).toBe(true)
})
