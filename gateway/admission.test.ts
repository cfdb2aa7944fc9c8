import { describe, expect, it } from 'vitest'
import { createAdmission } from './admission.ts'

describe('admission', () => {
  it('lets in as many sockets as there is room for', () => {
    const admission = createAdmission({ maxSockets: 2, signInsPerSecond: 10 })
    expect([0, 1, 2, 3].map((open) => admission.hasRoom(open))).toEqual([true, true, false, false])
  })

  it('lets sign in at the rate, a second’s worth at once, and says how long to wait', () => {
    const admission = createAdmission({ maxSockets: 1, signInsPerSecond: 10 })
    const now = 1_800_000_000_000
    expect(Array.from({ length: 10 }, () => admission.waitForSignInMs(now))).toEqual(Array(10).fill(0))
    expect(admission.waitForSignInMs(now)).toBe(100)
    expect(admission.waitForSignInMs(now + 50)).toBe(50)
    expect(admission.waitForSignInMs(now + 200)).toBe(0)
    expect(admission.waitForSignInMs(now + 60_000)).toBe(0)
    expect(Array.from({ length: 10 }, () => admission.waitForSignInMs(now + 60_000)).at(-1)).toBe(100)
  })
})
