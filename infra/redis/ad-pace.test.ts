import { describe, expect, it } from 'vitest'
import { dueOfDay } from './ad-pace.ts'

const MIDNIGHT_MS = Date.UTC(2026, 5, 1)
const atHour = (hour: number) => MIDNIGHT_MS + hour * 3_600_000
const WEEK = { startsAtMs: atHour(-72), endsAtMs: atHour(96) }

describe('V7 what may be spent of a day', () => {
  it('opens in equal parts, hour by hour, rounded up', () => {
    expect([0, 0.99, 1, 11.5, 22.99, 23, 23.99].map((hour) => dueOfDay(24, WEEK, atHour(hour)))).toEqual([
      1, 1, 2, 12, 23, 24, 24,
    ])
    // The first of few is not for the end of the day.
    expect([0, 8, 16].map((hour) => dueOfDay(3, WEEK, atHour(hour)))).toEqual([1, 2, 3])
  })

  it('is spread over the hours in which the campaign runs', () => {
    const afternoon = { startsAtMs: atHour(12.5), endsAtMs: atHour(16.5) }
    expect([12.5, 13.4, 13.5, 15.4, 15.5].map((hour) => dueOfDay(8, afternoon, atHour(hour)))).toEqual([2, 2, 4, 6, 8])
    const fromNoon = { startsAtMs: atHour(12), endsAtMs: atHour(48) }
    expect([12, 18, 23].map((hour) => dueOfDay(12, fromNoon, atHour(hour)))).toEqual([1, 7, 12])
    expect(dueOfDay(24, fromNoon, atHour(24))).toBe(1)
  })

  it('is all of it in the end, and something at a beginning that another clock has not reached', () => {
    expect(dueOfDay(7, WEEK, atHour(23.999))).toBe(7)
    expect(dueOfDay(7, { startsAtMs: atHour(12), endsAtMs: atHour(20) }, atHour(12) - 1)).toBe(1)
    expect(dueOfDay(1e12, WEEK, atHour(12))).toBe(Math.ceil((1e12 * 13) / 24))
  })
})
