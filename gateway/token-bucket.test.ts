import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fullBucket, oweToken, takeToken, waitForToken } from './token-bucket.ts'

describe('a token bucket', () => {
  it('never lets through more than the burst and the rate, whatever the times are, and always after the wait it names', () => {
    const gaps = fc.array(fc.integer({ min: -50, max: 2_000 }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 100 }),
        (waits, perSecond, burst) => {
          const bucket = fullBucket({ perSecond, burst }, 0)
          let nowMs = 0
          let latestMs = 0
          let through = 0
          for (const wait of waits) {
            nowMs += wait
            latestMs = Math.max(latestMs, nowMs)
            const waitMs = takeToken(bucket, { perSecond, burst }, nowMs)
            if (waitMs === 0) through += 1
            else expect(takeToken({ ...bucket }, { perSecond, burst }, nowMs + waitMs)).toBe(0)
          }
          // A clock that goes back may give the time it took back once more, and no more than that.
          const backMs = waits.reduce((sum, wait) => sum + Math.max(0, -wait), 0)
          expect(through).toBeLessThanOrEqual(burst + ((latestMs + backMs) / 1000) * perSecond + 1e-6)
        },
      ),
    )
  })

  it('says how long to wait without taking any', () => {
    const rate = { perSecond: 10, burst: 1 }
    const bucket = fullBucket(rate, 0)
    expect([waitForToken(bucket, rate, 0), waitForToken(bucket, rate, 0), takeToken(bucket, rate, 0)]).toEqual([
      0, 0, 0,
    ])
    expect([waitForToken(bucket, rate, 0), waitForToken(bucket, rate, 40)]).toEqual([100, 60])
  })

  it('may owe a burst, and makes wait for all of it', () => {
    const rate = { perSecond: 10, burst: 3 }
    const bucket = fullBucket(rate, 0)
    for (let n = 0; n < 100; n += 1) oweToken(bucket, rate, 0)
    expect(waitForToken(bucket, rate, 0)).toBe(400)
    expect(takeToken(bucket, rate, 400)).toBe(0)
  })
})
