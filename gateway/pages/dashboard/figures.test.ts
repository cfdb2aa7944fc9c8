/** Owns the test of making whole series of what the gateway sends. */

import { expect, test } from 'vitest'
import { aMinute, bucketsOf, everyBucket } from './figures.ts'

const NOW = '2026-03-01T12:03:41.500Z'
const timesOf = (buckets: readonly number[]) => buckets.map((at) => new Date(at * 1_000).toISOString().slice(11, 16))

test('the buckets of a range end with the one under way', () => {
  expect(timesOf(bucketsOf('2026-03-01T12:00:00.000Z', NOW, 60))).toEqual(['12:00', '12:01', '12:02', '12:03'])
  expect(timesOf(bucketsOf('2026-03-01T10:00:00.000Z', NOW, 3_600))).toEqual(['10:00', '11:00', '12:00'])
})

test('a bucket without a row is nought streams, or no startup time', () => {
  const rows = [
    { at: '2026-03-01T12:01:00.000Z', streams: 7, p50: null },
    { at: '2026-03-01T12:03:00Z', streams: 2, p50: 210 },
    { at: '2026-03-01T09:00:00Z', streams: 99, p50: 1 },
  ]
  const minutes = bucketsOf('2026-03-01T12:00:00.000Z', NOW, 60)
  expect(everyBucket(minutes, rows, (row) => row.streams, 0)).toEqual([0, 7, 0, 2])
  expect(everyBucket(minutes, rows, (row) => row.p50, null)).toEqual([null, null, null, 210])
})

test('a rate of the hour under way is of what has passed of it', () => {
  const hours = bucketsOf('2026-03-01T11:00:00.000Z', '2026-03-01T12:30:00.000Z', 3_600)
  expect(aMinute([60, 60], hours, '2026-03-01T12:30:00.000Z', 3_600)).toEqual([1, 2])
  expect(aMinute([5], [0], '1970-01-01T00:00:10.000Z', 60)).toEqual([5])
})
