/** Owns the test of making whole series of what the gateway sends. */

import { expect, test } from 'vitest'
import { everyMinute, minutesOf } from './figures.ts'

const minutes = minutesOf('2026-03-01T12:03:41.500Z', 4)

test('the minutes of a range end with the one under way', () => {
  expect(minutes.map((at) => new Date(at * 1_000).toISOString().slice(11, 16))).toEqual([
    '12:00',
    '12:01',
    '12:02',
    '12:03',
  ])
})

test('a minute without a row is nought streams, or no startup time', () => {
  const rows = [
    { minute: '2026-03-01T12:01:00.000Z', streams: 7, p50: null },
    { minute: '2026-03-01T12:03:00Z', streams: 2, p50: 210 },
    { minute: '2026-03-01T09:00:00Z', streams: 99, p50: 1 },
  ]
  expect(everyMinute(minutes, rows, (row) => row.streams, 0)).toEqual([0, 7, 0, 2])
  expect(everyMinute(minutes, rows, (row) => row.p50, null)).toEqual([null, null, null, 210])
})
