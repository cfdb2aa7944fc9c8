import { describe, expect, it } from 'vitest'
import { createClock } from './clock.ts'

describe('the clock', () => {
  const at = { system: 1_000_000, steady: 0 }
  const clock = createClock(
    () => at.system,
    () => at.steady,
  )
  const pass = (ms: number, step = 0) => {
    at.system += ms + step
    at.steady += ms
    return clock()
  }

  it('goes with the system clock', () => {
    expect(pass(1_000)).toBe(1_001_000)
  })

  it('does not jump when that is set forward a little, and follows it slowly', () => {
    expect(pass(1_000, 5_000)).toBe(1_002_001)
    expect(pass(10_000)).toBe(1_012_011)
  })

  it('follows at once over a sleep of the machine, in which only the system clock goes on', () => {
    const before = clock()
    expect(pass(1_000, 3_600_000) - before).toBe(3_600_000 + 1_000 + 4_989)
  })

  it('follows slowly what is set forward a little again and again', () => {
    for (let i = 0; i < 5; i++) {
      const before = clock()
      expect(pass(1_000, 9_000) - before).toBeLessThanOrEqual(1_002)
    }
  })

  it('never falls when that is set back', () => {
    let before = clock()
    for (let i = 0; i < 100; i++) {
      const now = pass(10, i === 0 ? -7_200_000 : 0)
      expect(now).toBeGreaterThanOrEqual(before)
      before = now
    }
  })
})
