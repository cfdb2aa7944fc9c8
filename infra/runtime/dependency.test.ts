import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDependency, type Dependency, DependencyAway } from './dependency.ts'
import { createLogger } from './log.ts'

const log = createLogger('test', 'silent')
const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
let probe: () => Promise<unknown>
let probes: number
let redis: Dependency

beforeEach(async () => {
  vi.useFakeTimers()
  probes = 0
  probe = async () => undefined
  redis = createDependency('redis', {
    log,
    probe: async () => {
      probes += 1
      return probe()
    },
    isAway: (error) => !(error instanceof RangeError),
  })
  await redis.start(new AbortController().signal)
})
afterEach(async () => {
  await redis.stop()
  vi.useRealTimers()
})
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('a dependency', () => {
  it('is unknown until it has answered', async () => {
    const fresh = createDependency('kafka', { log, probe })
    expect(fresh.state()).toMatchObject({ state: 'unknown', last_error: null })
    await fresh.start(new AbortController().signal)
    await pass(1)
    expect(fresh.state()).toMatchObject({ state: 'up', last_error: null })
    await fresh.stop()
  })

  it('goes down with a call that fails, is refused at once, and is up again when a probe is answered', async () => {
    await pass(1)
    let back = 0
    redis.whenBack(() => back++)
    probe = () => Promise.reject(refused)
    redis.failed(refused)
    expect(redis.state()).toMatchObject({ state: 'down', last_error: 'refused' })
    let asked = false
    await expect(redis.ask(async () => (asked = true))).rejects.toThrow(DependencyAway)
    expect(asked).toBe(false)
    await pass(10_000)
    expect(redis.isDown).toBe(true)
    expect(redis.downMs()).toBeGreaterThan(9_000)
    probe = async () => undefined
    await pass(500)
    expect([redis.isDown, back, redis.downMs()]).toEqual([false, 1, 0])
    expect(redis.totalDownMs()).toBeGreaterThan(9_000)
    expect(redis.failures.get('refused')).toBeGreaterThan(10)
    // What it was last time is still told.
    expect(redis.state()).toMatchObject({ state: 'up', last_error: 'refused' })
  })

  it('goes down when a probe gets no answer', async () => {
    probe = () => new Promise(() => undefined)
    await pass(4_100)
    expect(redis.state()).toMatchObject({ state: 'down', last_error: 'timeout' })
  })

  it('takes an answer that refuses for an answer', async () => {
    await expect(redis.ask(() => Promise.reject(new RangeError('no such column')))).rejects.toThrow(RangeError)
    expect(redis.isDown).toBe(false)
    expect(redis.failures.get('other')).toBe(1)
  })

  it('asks by a probe at once when one answer takes too long, and lets that decide', async () => {
    await pass(1)
    const slow = redis.ask(() => new Promise(() => undefined)).catch((error: unknown) => error)
    await pass(4_900)
    const before = probes
    await pass(200)
    expect(await slow).toBeInstanceOf(DependencyAway)
    expect([redis.isDown, probes - before]).toEqual([false, 1])
    const hung = redis.ask(() => new Promise(() => undefined)).catch((error: unknown) => error)
    probe = () => new Promise(() => undefined)
    await pass(7_200)
    expect(await hung).toBeInstanceOf(DependencyAway)
    expect(redis.isDown).toBe(true)
  })
})
