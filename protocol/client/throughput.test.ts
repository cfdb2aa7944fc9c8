import { expect, test } from 'vitest'
import { throughputMeter } from './throughput.ts'

const measured = (...fetches: readonly (readonly [bytes: number, fromMs: number, toMs: number])[]) => {
  const meter = throughputMeter()
  for (const [bytes, fromMs, toMs] of fetches) meter.fetched({ bytes, fromMs, toMs })
  return meter.kbps()
}

test('T5 what was not measured is not said', () => {
  expect(measured()).toBeUndefined()
  expect(measured([5_000, 10, 10])).toBeUndefined()
})

test('T5 the time in which nothing was fetched is no part of it', () => {
  expect(measured([10_000, 0, 100])).toBe(800)
  expect(measured([10_000, 0, 100], [10_000, 60_000, 60_100])).toBe(800)
})

test('T5 chunks that came side by side count their time once, in whatever order they ended', () => {
  expect(measured([10_000, 0, 100], [10_000, 0, 100])).toBe(1_600)
  expect(measured([10_000, 50, 150], [10_000, 0, 200])).toBe(800)
})

test('T5 only the last four are the measure, and no more is said than an event takes', () => {
  expect(measured([1, 0, 1_000], ...[1, 2, 3, 4].map((at) => [10_000, at * 1_000, at * 1_000 + 100] as const))).toBe(
    800,
  )
  expect(measured([10_000_000, 0, 0.001])).toBe(10_000_000)
})
