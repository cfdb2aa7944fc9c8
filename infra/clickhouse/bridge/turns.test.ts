import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Turns } from './turns.ts'

const { signal } = new AbortController()
const turns = (bounds = {}) => new Turns({ atOnce: 2, maxWaiting: 3, maxWaitMs: 60_000, ...bounds })

describe('turns', () => {
  it('are never more at once than they may be, whenever somebody comes', async () => {
    const some = turns({ maxWaiting: 1_000 })
    let running = 0
    let most = 0
    const order: number[] = []
    const work = async (i: number) => {
      await some.take(signal)
      order.push(i)
      running += 1
      most = Math.max(most, running)
      await (i % 3 === 0 ? wait(1) : undefined)
      running -= 1
      some.give()
      // In the very moment that the turn is given back.
      if (i < 100) await work(i + 1_000)
    }
    await Promise.all(Array.from({ length: 300 }, (_, i) => work(i)))
    expect(most).toBe(2)
    expect(order).toHaveLength(400)
    expect(order.slice(0, 300)).toEqual([...order.slice(0, 300)].sort((a, b) => a - b))
  })

  it('pass over whoever left, at once, and are not lost with them', async () => {
    const some = turns({ atOnce: 1 })
    const left = new AbortController()
    await some.take(signal)
    const gone = some.take(left.signal)
    const next = some.take(signal)
    left.abort()
    await expect(gone).rejects.toMatchObject({ code: 394 })
    some.give()
    await next
    some.give()
    await expect(some.take(left.signal)).rejects.toMatchObject({ code: 394 })
    await some.take(signal)
  })

  it('are refused when too many wait, or for too long', async () => {
    const some = turns({ atOnce: 1, maxWaiting: 1, maxWaitMs: 30 })
    await some.take(signal)
    const second = some.take(signal)
    await expect(some.take(signal)).rejects.toMatchObject({ code: 202, status: 503 })
    await expect(second).rejects.toMatchObject({ code: 202, status: 503 })
    some.give()
    await some.take(signal)
  })
})
