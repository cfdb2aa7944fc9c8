import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { readEnv } from '../runtime/env.ts'
import { createLogger } from '../runtime/log.ts'
import { type AdLimits, type AdPlace, createAdPlaces } from './ad-places.ts'
import { createRedis, type Redis } from './client.ts'
import { redisConfig } from './config.ts'
import { type RedisCluster, startRedisCluster } from './testing/redis-cluster.ts'

const NOON_MS = Date.UTC(2026, 5, 1, 12)
const NO_LIMITS = {
  mostInAll: undefined,
  mostOfDay: undefined,
  bookedInAll: 0,
  bookedOfDay: 0,
  cap: undefined,
  windowMs: 60_000,
  endsAtMs: NOON_MS + 86_400_000,
}

let clients: readonly Redis[]
let cluster: RedisCluster

beforeAll(async () => {
  const config = readEnv(inject('stackEnv'), redisConfig)
  // As many gateways.
  clients = Array.from({ length: 4 }, () => createRedis(config, createLogger('test', 'warn')))
  cluster = await startRedisCluster()
}, 60_000)
afterAll(async () => {
  for (const redis of clients ?? []) redis.disconnect()
  await cluster?.stop()
})

const limitsOf = (changes: Partial<AdLimits>): AdLimits => ({ campaignId: randomUUID(), ...NO_LIMITS, ...changes })
const placeOf = ({ campaignId }: AdLimits, changes: Partial<AdPlace> = {}): AdPlace => ({
  impressionId: randomUUID(),
  campaignId,
  accountId: 'ada',
  servedAtMs: NOON_MS,
  ...changes,
})

describe.each(['one server', 'a cluster'] as const)('places of advertisements on %s', (where) => {
  const stores = () => (where === 'one server' ? clients : [cluster.client]).map(createAdPlaces)

  it('V7 are never more than cap, day and budget allow, whoever asks at once, and never fewer where there is room', async () => {
    const some = fc.integer({ min: 1, max: 12 })
    const wish = fc.record({ account: fc.integer({ min: 0, max: 4 }), day: fc.boolean(), heard: fc.boolean() })
    const cases = fc.record({
      cap: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      mostInAll: fc.option(some, { nil: undefined }),
      mostOfDay: fc.option(some, { nil: undefined }),
      bookedInAll: fc.integer({ min: 0, max: 4 }),
      wishes: fc.array(wish, { minLength: 1, maxLength: 60 }),
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({ wishes, ...limited }) => {
        const limits = limitsOf(limited)
        const gateways = stores()
        const asked = await Promise.all(
          wishes.map(async ({ account, day, heard }, n) => {
            const servedAtMs = NOON_MS + (day ? 0 : 86_400_000)
            const place = placeOf(limits, { accountId: `account ${account}`, servedAtMs })
            const places = gateways[n % gateways.length]
            const result = await places?.take(place, limits)
            if (result === 'taken' && !heard) expect(await places?.giveBack(place)).toBe(true)
            return { place, day, heard, result }
          }),
        )
        const kept = asked.filter(({ result, heard }) => result === 'taken' && heard)
        const { cap = 1_000, mostInAll = 1_000, mostOfDay = 1_000, bookedInAll } = limited
        for (let n = 0; n < 5; n++) {
          const his = kept.filter(({ place }) => place.accountId === `account ${n}`).length
          expect(his).toBeLessThanOrEqual(cap)
        }
        expect(kept.length + Math.min(bookedInAll, mostInAll)).toBeLessThanOrEqual(mostInAll)
        for (const day of [true, false])
          expect(kept.filter((one) => one.day === day).length).toBeLessThanOrEqual(mostOfDay)
        // What was refused for want of room is refused for as long as nothing goes back, and for that alone.
        for (const { place, day } of asked) {
          const his = kept.filter((one) => one.place.accountId === place.accountId).length
          const ofDay = kept.filter((one) => one.day === day).length
          const isFull = his >= cap || kept.length + bookedInAll >= mostInAll || ofDay >= mostOfDay
          if (!isFull) continue
          const again = { ...place, impressionId: randomUUID() }
          expect(await gateways[0]?.take(again, limits)).toBe(his >= cap ? 'capped' : 'spent')
        }
        const free = placeOf(limits, { accountId: 'nobody yet' })
        const ofDay = kept.filter(({ day }) => day).length
        const isRoom = kept.length + bookedInAll < mostInAll && ofDay < mostOfDay
        expect(await gateways[0]?.take(free, limits)).toBe(isRoom ? 'taken' : 'spent')
      }),
      { numRuns: 40 },
    )
  }, 120_000)

  it('V7 are free again when the window has passed, not before', async () => {
    const limits = limitsOf({ cap: 2, windowMs: 1_500 })
    const [places] = stores()
    const beganMs = Date.now()
    expect(await places?.take(placeOf(limits), limits)).toBe('taken')
    await wait(700)
    expect(await places?.take(placeOf(limits), limits)).toBe('taken')
    while ((await places?.take(placeOf(limits), limits)) === 'capped') await wait(20)
    expect(Date.now() - beganMs).toBeGreaterThanOrEqual(1_490)
    // The second is within the window still.
    expect(await places?.take(placeOf(limits), limits)).toBe('capped')
  }, 60_000)

  it('V7 go back once, and only what was taken', async () => {
    const limits = limitsOf({ mostInAll: 1 })
    const [places] = stores()
    const place = placeOf(limits)
    expect(await places?.giveBack(place)).toBe(false)
    expect(await places?.take(place, limits)).toBe('taken')
    expect(await Promise.all([places?.giveBack(place), places?.giveBack(place)])).toEqual([true, false])
    expect(await places?.take(placeOf(limits), limits)).toBe('taken')
    expect(await places?.take(placeOf(limits), limits)).toBe('spent')
  })

  it('V7 are what the books say where those have counted more', async () => {
    const [places] = stores()
    const ofDay = limitsOf({ mostOfDay: 5, bookedOfDay: 4 })
    expect(await places?.take(placeOf(ofDay), ofDay)).toBe('taken')
    expect(await places?.take(placeOf(ofDay), ofDay)).toBe('spent')
    const inAll = limitsOf({ mostInAll: 5, bookedInAll: 5 })
    expect(await places?.take(placeOf(inAll), inAll)).toBe('spent')
  })
})
