import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { uuidv7 } from '../../protocol/ids.ts'
import { readEnv } from '../runtime/env.ts'
import { createLogger } from '../runtime/log.ts'
import { createRedis, type Redis } from './client.ts'
import { redisConfig } from './config.ts'
import { createSessionStore, type SessionStore } from './session-store.ts'

let redis: Redis
let a: SessionStore

beforeAll(() => {
  redis = createRedis(readEnv(inject('stackEnv'), redisConfig), createLogger('test', 'warn'))
  a = createSessionStore(redis, { gatewayId: 'gateway-a', waitMs: 60_000 })
})
afterAll(() => redis.disconnect())

const session = () => uuidv7(Date.now())
const streaming = (sessionId: string, epoch: number, streamId: string, leaseMs: number) => ({
  sessionId,
  epoch,
  spoken: true,
  state: new Uint8Array([1]),
  stream: { streamId, accountId: 'acct-ada', record: new Uint8Array([2]), leaseMs },
})

describe('after a gap in the claims', () => {
  const patience = { gapMs: 3_000, graceMs: 4_000 }
  const claimedBy = async (store: SessionStore, streamId: string) =>
    (await store.claim(100)).some((stream) => stream.streamId === streamId)
  /** Of every reaper: what one saw, another knows. */
  const reaper = () => createSessionStore(redis, { gatewayId: 'reaper', waitMs: 0, patience })
  const until = async (holds: () => Promise<boolean>) => {
    const beganMs = Date.now()
    while (!(await holds())) {
      if (Date.now() - beganMs > 60_000) throw new Error('not within a minute')
      await wait(100)
    }
    return Date.now() - beganMs
  }
  /** Passes at a good rate until no grace is left of what tests before this one did. */
  const settled = async () => {
    const [id, stream] = [session(), session()]
    await a.save(streaming(id, 1, stream, 1))
    await until(() => claimedBy(reaper(), stream))
  }

  it('a lease that ran out meanwhile is not claimed for a grace, and may be renewed', async () => {
    await settled()
    const [id, stream, lost] = [session(), session(), session()]
    await a.save(streaming(id, 1, stream, 50))
    await a.save(streaming(session(), 1, lost, 50))
    await wait(3_500)
    // A reaper that was restarted, and another one: the gap is known to Redis.
    expect(await claimedBy(reaper(), stream)).toBe(false)
    expect(await claimedBy(reaper(), stream)).toBe(false)
    expect(await a.save(streaming(id, 1, stream, 60_000))).toBe('saved')
    // Who does not come back is late by one grace, and no more.
    expect(await until(() => claimedBy(reaper(), lost))).toBeGreaterThan(1_500)
    expect(await claimedBy(reaper(), stream)).toBe(false)
    await a.settle(id, stream)
  })

  it('passes that follow each other claim at once', async () => {
    await settled()
    const [id, stream] = [session(), session()]
    await a.save(streaming(id, 1, stream, 50))
    await wait(100)
    expect(await claimedBy(reaper(), stream)).toBe(true)
    await a.settle(id, stream)
  })
})
