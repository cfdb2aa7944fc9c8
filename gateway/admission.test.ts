import { describe, expect, it } from 'vitest'
import { type AdmissionLimits, createAdmission } from './admission.ts'

const NOW = 1_800_000_000_000
const WIDE: AdmissionLimits = {
  maxSockets: 1_000,
  maxMemoryBytes: 1_000,
  connectsPerSecond: 1_000,
  signInsPerSecond: 1_000,
  signInsOfAnAccount: { perSecond: 1_000, burst: 1_000 },
  refreshesPerMinute: 1_000,
}

describe('G2 admission', () => {
  it('lets in as many sockets as there is room for', () => {
    const admission = createAdmission({ ...WIDE, maxSockets: 2 }, () => 0)
    expect([0, 1, 2, 3].map((open) => admission.noRoom('sign_in', open, 0, NOW))).toEqual([
      undefined,
      undefined,
      'sockets',
      'sockets',
    ])
  })

  it('lets in nobody new while the process holds too much memory, and again afterwards', () => {
    let bytes = 999
    const admission = createAdmission(WIDE, () => bytes)
    expect(admission.noRoom('sign_in', 0, 0, NOW)).toBe(undefined)
    bytes = 1_000
    expect(admission.noRoom('sign_in', 0, 0, NOW + 1_000)).toBe('memory')
    bytes = 500
    expect(admission.noRoom('sign_in', 0, 0, NOW + 2_000)).toBe(undefined)
  })

  it('lets connect at the rate, a second’s worth at once', () => {
    const admission = createAdmission({ ...WIDE, connectsPerSecond: 3 }, () => 0)
    const four = (nowMs: number) => [1, 2, 3, 4].map(() => admission.noRoom('sign_in', 0, 0, nowMs))
    expect(four(NOW)).toEqual([undefined, undefined, undefined, 'connects'])
    expect(four(NOW + 2_000)).toEqual([undefined, undefined, undefined, 'connects'])
  })

  it('lets in no more than it can serve in time, by what it served of late', () => {
    const admission = createAdmission({ ...WIDE, maxSockets: 100_000 }, () => 0)
    const most = (nowMs: number) => {
      let waiting = 0
      while (waiting < 50_000 && admission.noRoom('sign_in', 0, waiting, nowMs) !== 'handshakes') waiting += 100
      return waiting
    }
    expect(most(NOW)).toBe(1_000)
    for (let n = 0; n < 500; n += 1) admission.served('sign_in', NOW)
    expect(most(NOW)).toBe(4_000)
    expect(most(NOW + 1_000)).toBe(4_000)
    expect(most(NOW + 2_000)).toBe(1_000)
  })

  it('measures those who resume apart from those who sign in', () => {
    const admission = createAdmission({ ...WIDE, connectsPerSecond: 1 }, () => 0)
    expect(admission.noRoom('sign_in', 0, 0, NOW)).toBe(undefined)
    expect(admission.noRoom('sign_in', 0, 0, NOW)).toBe('connects')
    expect(admission.noRoom('sign_in', 0, 1_000, NOW)).toBe('handshakes')
    expect(admission.noRoom('resume', 0, 0, NOW)).toBe(undefined)
  })

  it('lets sign in at the rate, a second’s worth at once, and says how long to wait', () => {
    const admission = createAdmission({ ...WIDE, signInsPerSecond: 10 }, () => 0)
    expect(Array.from({ length: 10 }, () => admission.waitForSignInMs(NOW))).toEqual(Array(10).fill(0))
    expect(admission.waitForSignInMs(NOW)).toBe(100)
    expect(admission.waitForSignInMs(NOW + 50)).toBe(50)
    expect(admission.waitForSignInMs(NOW + 200)).toBe(0)
    expect(admission.waitForSignInMs(NOW + 60_000)).toBe(0)
    expect(Array.from({ length: 10 }, () => admission.waitForSignInMs(NOW + 60_000)).at(-1)).toBe(100)
  })

  it('lets an account sign in at its own rate, whatever the others do', () => {
    const admission = createAdmission({ ...WIDE, signInsOfAnAccount: { perSecond: 2, burst: 3 } }, () => 0)
    const of = (accountId: string, nowMs: number) => admission.waitOfAccountMs(accountId, nowMs)
    expect([of('a', NOW), of('a', NOW), of('a', NOW), of('a', NOW)]).toEqual([0, 0, 0, 500])
    expect(of('b', NOW)).toBe(0)
    expect([of('a', NOW + 500), of('a', NOW + 500)]).toEqual([0, 500])
  })

  it('S4 lets a session have so many fresh tokens a minute, as many at once', () => {
    const admission = createAdmission({ ...WIDE, refreshesPerMinute: 6 }, () => 0)
    const of = (sessionId: string) => admission.waitForRefreshMs(sessionId, NOW)
    expect(Array.from({ length: 7 }, () => of('a'))).toEqual([0, 0, 0, 0, 0, 0, 10_000])
    expect(of('b')).toBe(0)
  })
})
