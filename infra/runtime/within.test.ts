import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type GivenUp, TimedOut, within } from './within.ts'

/** As a frozen process does: nothing runs, and timers are late. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

describe('within', () => {
  it('gives what comes in time, and the failure that comes in time', async () => {
    expect(await within(1_000, async () => 'answer')).toBe('answer')
    await expect(within(1_000, () => Promise.reject(new RangeError('no')))).rejects.toThrow(RangeError)
  })

  it('gives up what does not come, and tells the work', async () => {
    let told = false
    const waiting = within(20, (givenUp) => {
      givenUp().addEventListener('abort', () => {
        told = true
      })
      return new Promise(() => undefined)
    })
    await expect(waiting).rejects.toThrow(TimedOut)
    expect(told).toBe(true)
  })

  it('tells work that looks only afterwards', async () => {
    let late: GivenUp | undefined
    let fail: (why: Error) => void = () => undefined
    const waiting = within(20, (givenUp) => {
      late = givenUp
      return new Promise((_, reject) => {
        fail = reject
      })
    })
    await expect(waiting).rejects.toThrow(TimedOut)
    expect(late?.().reason).toBeInstanceOf(TimedOut)
    fail(new RangeError('nobody hears this'))
    await new Promise((resolve) => setImmediate(resolve))
  })

  it('does not blame the other side for the time in which this process stood still', async () => {
    // The answer is there before the timer is looked at, and is read after it.
    const waiting = within(200, async () => {
      await wait(150)
      await new Promise((resolve) => setImmediate(resolve))
      return 'answer'
    })
    standStill(600)
    expect(await waiting).toBe('answer')
  })

  it('nor for a second time like that, right after', async () => {
    const waiting = within(100, async () => {
      await wait(400)
      await new Promise((resolve) => setImmediate(resolve))
      return 'answer'
    })
    setTimeout(() => standStill(500), 110)
    standStill(300)
    expect(await waiting).toBe('answer')
  })
})
