import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TokenKeeper } from './token-keeper.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A keeper, and when it sent a token. */
function start(token: (refresh: boolean) => Promise<string> = async () => 'fresh') {
  const beganMs = Date.now()
  const sentAtMs: number[] = []
  const keeper = new TokenKeeper({ token, send: () => void sentAtMs.push(Date.now() - beganMs) })
  return { keeper, sentAtMs }
}

describe('S4 the token of a session', () => {
  it('is fresh a minute before the old one expires, or at half of what is left', async () => {
    const { keeper, sentAtMs } = start()
    keeper.expiresIn(600_000)
    await vi.advanceTimersByTimeAsync(600_000)
    keeper.expiresIn(10_000)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(sentAtMs).toEqual([540_000, 605_000])
  })

  it('is sent again after the time that the gateway names, when that did not look at it', async () => {
    const { keeper, sentAtMs } = start()
    keeper.expiresIn(120_000)
    await vi.advanceTimersByTimeAsync(60_000)
    keeper.putOff(7_000)
    await vi.advanceTimersByTimeAsync(6_999)
    expect(sentAtMs).toEqual([60_000])
    await vi.advanceTimersByTimeAsync(1)
    expect(sentAtMs).toEqual([60_000, 67_000])
    keeper.putOff()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(sentAtMs).toEqual([60_000, 67_000, 72_000])
  })

  it('is asked for again when there is none now, and not once the socket is gone', async () => {
    let asked = 0
    const { keeper, sentAtMs } = start(async () => {
      asked += 1
      if (asked < 3) throw new Error('the issuer is away')
      return 'fresh'
    })
    keeper.expiresIn(2_000)
    await vi.advanceTimersByTimeAsync(11_000)
    expect(sentAtMs).toEqual([11_000])
    keeper.putOff(1_000)
    keeper.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toBe(3)
  })
})
