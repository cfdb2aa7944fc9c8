/** Owns the test of ended sign-ins: what two gateways that share a store know of them, and when. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EndedSignIn } from '../infra/redis/ended-sign-in-store.ts'
import { DependencyAway } from '../infra/runtime/dependency.ts'
import { createLogger } from '../infra/runtime/log.ts'
import { createEndedSignIns } from './ended-sign-ins.ts'

const KEPT_MS = 600_000
const log = createLogger('test', 'silent')

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => void vi.useRealTimers())

/** Gateways beside one store, which may be away. */
function fleet() {
  const added: EndedSignIn[] = []
  const redis = { isAway: false }
  const gateway = () => {
    let changes = 0
    const ended = createEndedSignIns({
      store: {
        add: async (one) => void added.push(one),
        since: async (cursor) => ({ ended: added.slice(cursor), cursor: added.length }),
      },
      redis: {
        ask: async (work) => {
          if (redis.isAway) throw new DependencyAway('redis')
          return await work(() => new AbortController().signal)
        },
      },
      keptMs: KEPT_MS,
      log,
      now: Date.now,
      changed: () => {
        changes += 1
      },
    })
    return { ended, changes: () => changes }
  }
  return { added, redis, gateway }
}

const word = (id: string, accountId = 'ada', atMs = Date.now()): EndedSignIn => ({ id, accountId, atMs })
const mark = (id: string, issuedAtMs = Date.now()) => ({ id, issuedAtMs })
const start = (service: ReturnType<typeof createEndedSignIns>) => service.start(new AbortController().signal)

describe('S6 a sign-in that has ended', () => {
  it('has ended at once where it was heard, and within a second elsewhere; another of the account goes on', async () => {
    const { gateway } = fleet()
    const [here, there] = [gateway(), gateway()]
    await Promise.all([start(here.ended), start(there.ended)])
    here.ended.add(word('one'))
    expect(here.ended.includes('ada', mark('one'))).toBe(true)
    expect(here.changes()).toBe(1)
    expect(there.ended.includes('ada', mark('one'))).toBe(false)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(there.ended.includes('ada', mark('one'))).toBe(true)
    expect(there.changes()).toBe(1)
    expect(there.ended.includes('ada', mark('two'))).toBe(false)
    // Heard again, and read again: nothing is new.
    here.ended.add(word('one'))
    await vi.advanceTimersByTimeAsync(3_000)
    expect([here.changes(), there.changes()]).toEqual([1, 1])
    await Promise.all([here.ended.stop(), there.ended.stop()])
  })

  it('is known to a gateway that starts later, before it lets anybody in', async () => {
    const { gateway } = fleet()
    const here = gateway()
    await start(here.ended)
    here.ended.add(word('one'))
    await vi.advanceTimersByTimeAsync(0)
    const later = gateway()
    await start(later.ended)
    expect(later.ended.includes('ada', mark('one'))).toBe(true)
    await Promise.all([here.ended.stop(), later.ended.stop()])
  })

  it('without an id is every one of the account by then, and none that begins since', async () => {
    const { gateway } = fleet()
    const { ended } = gateway()
    ended.add(word('', 'ada', 5_000))
    expect(ended.includes('ada', mark('one', 5_000))).toBe(true)
    expect(ended.includes('ada', mark('', 4_000))).toBe(true)
    expect(ended.includes('ada', mark('two', 6_000))).toBe(false)
    expect(ended.includes('ben', mark('three', 4_000))).toBe(false)
  })

  it('is told when Redis is back, where it was away', async () => {
    const { gateway, redis, added } = fleet()
    const here = gateway()
    await start(here.ended)
    redis.isAway = true
    here.ended.add(word('one'))
    here.ended.add(word('two'))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(here.ended.includes('ada', mark('two'))).toBe(true)
    expect(added).toEqual([])
    redis.isAway = false
    await vi.advanceTimersByTimeAsync(1_000)
    expect(added.map(({ id }) => id)).toEqual(['one', 'two'])
    await here.ended.stop()
  })

  it('is forgotten when its tokens have expired', async () => {
    const { gateway } = fleet()
    const { ended } = gateway()
    ended.add(word('one'))
    ended.add(word('', 'ben'))
    await start(ended)
    await vi.advanceTimersByTimeAsync(KEPT_MS + 2_000)
    expect(ended.includes('ada', mark('one'))).toBe(false)
    expect(ended.includes('ben', mark('two', 0))).toBe(false)
    await ended.stop()
  })
})
