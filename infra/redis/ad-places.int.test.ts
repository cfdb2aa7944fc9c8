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

const DAY_MS = 86_400_000
const MIDNIGHT_MS = Date.UTC(2026, 5, 1)
/** In the last hour of a day all of it may be spent. */
const LATE_MS = MIDNIGHT_MS + DAY_MS - 1_800_000
const NO_LIMITS = {
  mostInAll: undefined,
  mostOfDay: undefined,
  bookedInAll: 0,
  bookedOfDay: 0,
  cap: undefined,
  windowMs: 60_000,
  startsAtMs: MIDNIGHT_MS,
  endsAtMs: MIDNIGHT_MS + 2 * DAY_MS,
}

let clients: readonly Redis[]
let cluster: RedisCluster

beforeAll(async () => {
  const config = readEnv(inject('stackEnv'), redisConfig)
  // As many gateways.
  clients = Array.from({ length: 4 }, () => createRedis(config, createLogger('test', 'warn')))
  cluster = await startRedisCluster()
})
afterAll(async () => {
  for (const redis of clients ?? []) redis.disconnect()
  await cluster?.stop()
})

const limitsOf = (changes: Partial<AdLimits>): AdLimits => ({ campaignId: randomUUID(), ...NO_LIMITS, ...changes })
const placeOf = ({ campaignId }: AdLimits, changes: Partial<AdPlace> = {}): AdPlace => ({
  impressionId: randomUUID(),
  campaignId,
  accountId: 'ada',
  servedAtMs: LATE_MS,
  ...changes,
})

describe.each(['one server', 'a cluster'] as const)('places of advertisements on %s', (where) => {
  const stores = () => (where === 'one server' ? clients : [cluster.client]).map(createAdPlaces)

  it('V7 are never more than cap, hour, day and budget allow, whoever asks at once, and never fewer where there is room', async () => {
    const some = fc.integer({ min: 1, max: 12 })
    const wish = fc.record({ account: fc.integer({ min: 0, max: 5 }), day: fc.boolean(), heard: fc.boolean() })
    const cases = fc.record({
      cap: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      mostInAll: fc.option(some, { nil: undefined }),
      mostOfDay: fc.option(some, { nil: undefined }),
      hour: fc.integer({ min: 0, max: 23 }),
      controls: fc.integer({ min: 0, max: 2 }),
      bookedInAll: fc.integer({ min: 0, max: 4 }),
      wishes: fc.array(wish, { minLength: 1, maxLength: 60 }),
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({ wishes, hour, controls, ...limited }) => {
        const limits = limitsOf(limited)
        const gateways = stores()
        const asked = await Promise.all(
          wishes.map(async ({ account, day, heard }, n) => {
            const servedAtMs = MIDNIGHT_MS + hour * 3_600_000 + (day ? 0 : DAY_MS)
            const place = placeOf(limits, { accountId: `account ${account}`, servedAtMs })
            const places = gateways[n % gateways.length]
            const isControl = account < controls
            const result = await places?.take(place, limits, isControl)
            expect(['capped', 'spent', 'paced', isControl ? 'withheld' : 'taken']).toContain(result)
            if (result === 'taken' && !heard) expect(await places?.giveBack(place)).toBe(true)
            return { place, day, heard, isControl, result }
          }),
        )
        const kept = asked.filter(({ result, heard }) => result === 'taken' && heard)
        const held = [...kept, ...asked.filter(({ result }) => result === 'withheld')]
        const { cap = 1_000, mostInAll = 1_000, mostOfDay = 1_000, bookedInAll } = limited
        const dueByNow = Math.ceil((mostOfDay * (hour + 1)) / 24)
        const refusalOf = (inAll: number, ofDay: number) => {
          if (inAll >= mostInAll || ofDay >= mostOfDay) return 'spent'
          return ofDay >= dueByNow ? 'paced' : undefined
        }
        for (let n = 0; n < 6; n++) {
          const his = held.filter(({ place }) => place.accountId === `account ${n}`).length
          expect(his).toBeLessThanOrEqual(cap)
        }
        expect(kept.length + Math.min(bookedInAll, mostInAll)).toBeLessThanOrEqual(mostInAll)
        for (const day of [true, false])
          expect(kept.filter((one) => one.day === day).length).toBeLessThanOrEqual(dueByNow)
        // What was refused for want of room is refused for as long as nothing goes back, and for that alone.
        for (const { place, day, isControl } of asked) {
          const his = held.filter((one) => one.place.accountId === place.accountId).length
          const ofDay = kept.filter((one) => one.day === day).length
          const why = his >= cap ? 'capped' : refusalOf(kept.length + bookedInAll, ofDay)
          if (why === undefined) continue
          const again = { ...place, impressionId: randomUUID() }
          expect(await gateways[0]?.take(again, limits, isControl)).toBe(why)
        }
        const servedAtMs = MIDNIGHT_MS + hour * 3_600_000
        const free = placeOf(limits, { accountId: 'nobody yet', servedAtMs })
        const ofDay = kept.filter(({ day }) => day).length
        const why = refusalOf(kept.length + bookedInAll, ofDay)
        expect(await gateways[0]?.take(free, limits, true)).toBe(why ?? 'withheld')
        const other = { ...free, accountId: 'nor this one', impressionId: randomUUID() }
        expect(await gateways[0]?.take(other, limits, false)).toBe(why ?? 'taken')
      }),
      { numRuns: 40 },
    )
  })

  it('V7 are free again when the window has passed, not before', async () => {
    const limits = limitsOf({ cap: 2, windowMs: 6_000 })
    const [places] = stores()
    const beganMs = Date.now()
    expect(await places?.take(placeOf(limits), limits, false)).toBe('taken')
    await wait(3_000)
    expect(await places?.take(placeOf(limits), limits, false)).toBe('taken')
    while ((await places?.take(placeOf(limits), limits, false)) === 'capped') await wait(20)
    expect(Date.now() - beganMs).toBeGreaterThanOrEqual(5_990)
    // The second is within the window still.
    expect(await places?.take(placeOf(limits), limits, false)).toBe('capped')
  })

  it('V7 go back once, and only what was taken', async () => {
    const limits = limitsOf({ mostInAll: 1 })
    const [places] = stores()
    const place = placeOf(limits)
    expect(await places?.giveBack(place)).toBe(false)
    expect(await places?.take(place, limits, false)).toBe('taken')
    expect(await Promise.all([places?.giveBack(place), places?.giveBack(place)])).toEqual([true, false])
    expect(await places?.take(placeOf(limits), limits, false)).toBe('taken')
    expect(await places?.take(placeOf(limits), limits, false)).toBe('spent')
  })

  it('V7 are what the books say where those have counted more', async () => {
    const [places] = stores()
    const ofDay = limitsOf({ mostOfDay: 5, bookedOfDay: 4 })
    expect(await places?.take(placeOf(ofDay), ofDay, false)).toBe('taken')
    expect(await places?.take(placeOf(ofDay), ofDay, false)).toBe('spent')
    const inAll = limitsOf({ mostInAll: 5, bookedInAll: 5 })
    expect(await places?.take(placeOf(inAll), inAll, false)).toBe('spent')
  })

  it('V7 open by the hour, and what an hour leaves is for the next', async () => {
    const limits = limitsOf({ mostOfDay: 48 })
    const [places] = stores()
    const takeAll = async (hour: number) => {
      const servedAtMs = MIDNIGHT_MS + hour * 3_600_000
      for (let taken = 0; ; taken++) {
        const result = await places?.take(placeOf(limits, { servedAtMs }), limits, false)
        if (result !== 'taken') return { taken, result }
      }
    }
    expect(await takeAll(0)).toEqual({ taken: 2, result: 'paced' })
    expect(await takeAll(0)).toEqual({ taken: 0, result: 'paced' })
    expect(await takeAll(1)).toEqual({ taken: 2, result: 'paced' })
    expect(await takeAll(11)).toEqual({ taken: 20, result: 'paced' })
    expect(await takeAll(23)).toEqual({ taken: 24, result: 'spent' })
  })

  it('V8 what is withheld takes a place under the cap, and nothing of the budget', async () => {
    const limits = limitsOf({ mostInAll: 1, cap: 2 })
    const [places] = stores()
    const results = await Promise.all([1, 2, 3].map(() => places?.take(placeOf(limits), limits, true)))
    expect(results.toSorted()).toEqual(['capped', 'withheld', 'withheld'])
    const other = placeOf(limits, { accountId: 'ben' })
    expect(await places?.take(other, limits, false)).toBe('taken')
    expect(await places?.take(placeOf(limits, { accountId: 'cem' }), limits, true)).toBe('spent')
  })
})
