import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { uuidv7 } from '../../protocol/ids.ts'
import { readEnv } from '../runtime/env.ts'
import { createLogger } from '../runtime/log.ts'
import { createRedis, type Redis } from './client.ts'
import { redisConfig } from './config.ts'
import { createSessionStore, type SessionStore } from './session-store.ts'

const text = (value: string) => new TextEncoder().encode(value)
const said = (value: Uint8Array) => new TextDecoder().decode(value)

let redis: Redis
let a: SessionStore
let b: SessionStore

beforeAll(() => {
  redis = createRedis(readEnv(inject('stackEnv'), redisConfig), createLogger('test', 'warn'))
  a = createSessionStore(redis, { gatewayId: 'gateway-a', waitMs: 60_000 })
  b = createSessionStore(redis, { gatewayId: 'gateway-b', waitMs: 60_000 })
})
afterAll(() => redis.disconnect())

const session = () => uuidv7(Date.now())
const saving = (sessionId: string, epoch: number, state: string, spoken = true) => ({
  sessionId,
  epoch,
  spoken,
  state: text(state),
  stream: undefined,
})
const streaming = (sessionId: string, epoch: number, streamId: string, leaseMs: number) => ({
  ...saving(sessionId, epoch, 'playing'),
  stream: { streamId, accountId: 'acct-ada', record: text(`will of ${streamId}`), leaseMs },
})

/** Other tests use the same Redis: only what is ours counts. */
const claimed = async (streamId: string) => (await a.claim(100)).filter((stream) => stream.streamId === streamId)

describe('a session in Redis', () => {
  it('is gone when nobody saved it', async () => {
    expect(await a.take(session(), 1)).toEqual({ result: 'gone' })
  })

  it('is taken with its latest state, and says who held it', async () => {
    const id = session()
    expect(await a.save(saving(id, 1, 'one'))).toBe('saved')
    expect(await a.save(saving(id, 1, 'two'))).toBe('saved')
    const taken = await b.take(id, 1)
    expect(taken).toMatchObject({ result: 'taken', epoch: 2, gatewayBefore: 'gateway-a', endedStream: '' })
    expect(said(taken.result === 'taken' ? taken.state : text(''))).toBe('two')
  })

  it('is fenced: a gateway that lost it cannot save it any more', async () => {
    const id = session()
    await a.save(saving(id, 1, 'mine'))
    await b.take(id, 1)
    expect(await a.save(saving(id, 1, 'still mine?'))).toBe('elsewhere')
    expect(await b.save(saving(id, 2, 'mine now'))).toBe('saved')
    const taken = await a.take(id, 2)
    expect(said(taken.result === 'taken' ? taken.state : text(''))).toBe('mine now')
  })

  it('takes a ticket as often as its answer may have been lost, and not once a newer one has spoken', async () => {
    const id = session()
    await a.save(saving(id, 1, 'state'))
    for (const epoch of [2, 3, 4]) expect(await b.take(id, 1)).toMatchObject({ epoch })
    // The client has heard of the fourth, and speaks.
    await b.save(saving(id, 4, 'state', true))
    for (const ticket of [1, 2, 3, 5]) expect(await a.take(id, ticket)).toEqual({ result: 'used' })
    expect(await a.take(id, 4)).toMatchObject({ result: 'taken', epoch: 5 })
  })

  it('gives no epoch to two of many who come at once', async () => {
    const id = session()
    await a.save(saving(id, 1, 'state'))
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? a : b).take(id, 1)))
    const epochs = results.flatMap((taken) => (taken.result === 'taken' ? [taken.epoch] : []))
    expect(epochs.sort((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2))
  })
})

describe('the stream of a session', () => {
  it('is claimed when its lease runs out and not before, once', async () => {
    const [id, stream] = [session(), session()]
    await a.save(streaming(id, 1, stream, 150))
    expect(await claimed(stream)).toEqual([])
    await wait(200)
    const [will] = await claimed(stream)
    expect(will).toMatchObject({ streamId: stream, accountId: 'acct-ada' })
    expect(said(will?.record ?? text(''))).toBe(`will of ${stream}`)
    expect(await claimed(stream)).toEqual([])
  })

  it('is over once claimed: a save of it is refused, and a resume is told', async () => {
    const [id, stream] = [session(), session()]
    await a.save(streaming(id, 1, stream, 50))
    await wait(100)
    await claimed(stream)
    expect(await a.save(streaming(id, 1, stream, 60_000))).toBe('ended')
    expect(await a.save(streaming(id, 1, session(), 60_000))).toBe('saved')
    expect(await b.take(id, 1)).toMatchObject({ result: 'taken', endedStream: stream })
  })

  it('is not claimed while somebody renews it, nor just after a resume', async () => {
    const [id, stream] = [session(), session()]
    await a.save(streaming(id, 1, stream, 150))
    await wait(100)
    await b.take(id, 1)
    await wait(100)
    expect(await claimed(stream)).toEqual([])
  })

  it('leaves nothing behind when it was settled', async () => {
    const [id, stream] = [session(), session()]
    await a.save(streaming(id, 1, stream, 50))
    await a.save(saving(id, 1, 'idle'))
    await a.settle(id, stream)
    await wait(100)
    expect(await claimed(stream)).toEqual([])
  })

  it('is claimed all the same when its session ended without settling it, with the end that was amended', async () => {
    const [id, stream] = [session(), session()]
    await a.save(streaming(id, 1, stream, 50))
    await a.save(saving(id, 1, 'idle'))
    await a.amend(id, stream, text('the true end'))
    await wait(100)
    const [will] = await claimed(stream)
    expect(said(will?.record ?? text(''))).toBe('the true end')
  })
})
