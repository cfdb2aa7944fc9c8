/** Owns what every {@link SessionStore} must do: run by the Redis adapter and by the model that the fleet simulation stands on. */

import { describe, expect, it } from 'vitest'
import { uuidv7 } from '../../protocol/ids.ts'
import { type SessionStore, takeSession } from './session-store.ts'

/** Two gateways over one store, and the passing of its time. */
export interface StoreUnderTest {
  /** Of `gateway-a`. */
  readonly a: SessionStore
  /** Of `gateway-b`. */
  readonly b: SessionStore
  /** So much time passes in the store. */
  pass(ms: number): Promise<void>
}

const text = (value: string) => new TextEncoder().encode(value)
const said = (value: Uint8Array) => new TextDecoder().decode(value)

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

const ending = (streamId: string, record: string) => ({ streamId, accountId: 'acct-ada', record: text(record) })

/** @param waitMs how long a session of these stores waits after its last save */
export function sessionStoreContract(store: () => StoreUnderTest, waitMs: number): void {
  /** Others may use the same store: only what is ours counts. */
  const claimed = async (streamId: string) =>
    (await store().a.claim(100)).filter((stream) => stream.streamId === streamId)

  describe('a session in the store', () => {
    it('is gone when nobody saved it', async () => {
      expect(await takeSession(store().a, session(), 1)).toEqual({ result: 'gone' })
    })

    it('is taken with its latest state, and says who held it', async () => {
      const { a, b } = store()
      const id = session()
      expect(await a.save(saving(id, 1, 'one'))).toBe('saved')
      expect(await a.save(saving(id, 1, 'two'))).toBe('saved')
      const taken = await takeSession(b, id, 1)
      expect(taken).toMatchObject({ result: 'taken', epoch: 2, gatewayBefore: 'gateway-a', endedStream: '' })
      expect(said(taken.result === 'taken' ? taken.state : text(''))).toBe('two')
    })

    it('is fenced: a gateway that lost it cannot save it any more', async () => {
      const { a, b } = store()
      const id = session()
      await a.save(saving(id, 1, 'mine'))
      await takeSession(b, id, 1)
      expect(await a.save(saving(id, 1, 'still mine?'))).toBe('elsewhere')
      expect(await b.save(saving(id, 2, 'mine now'))).toBe('saved')
      const taken = await takeSession(a, id, 2)
      expect(said(taken.result === 'taken' ? taken.state : text(''))).toBe('mine now')
    })

    it('takes a ticket as often as its answer may have been lost, and not once a newer one has spoken', async () => {
      const { a, b } = store()
      const id = session()
      await a.save(saving(id, 1, 'state'))
      for (const epoch of [2, 3, 4]) expect(await takeSession(b, id, 1)).toMatchObject({ epoch })
      // The client has heard of the fourth, and speaks.
      await b.save(saving(id, 4, 'state', true))
      for (const ticket of [1, 2, 3, 5]) expect(await takeSession(a, id, ticket)).toEqual({ result: 'used' })
      expect(await takeSession(a, id, 4)).toMatchObject({ result: 'taken', epoch: 5 })
    })

    it('is not taken by a try that was given up, and comes after another', async () => {
      const { a, b } = store()
      const id = session()
      await a.save(saving(id, 1, 'state'))
      expect(await b.take(id, 1, 1)).toMatchObject({ result: 'taken', epoch: 2 })
      expect(await a.take(id, 1, 1)).toEqual({ result: 'moved', epoch: 2 })
      expect(await b.save(saving(id, 2, 'state'))).toBe('saved')
    })

    it('keeps who has spoken when a save says nothing of it', async () => {
      const { a, b } = store()
      const id = session()
      await a.save(saving(id, 1, 'state', false))
      await takeSession(b, id, 1)
      await b.save(saving(id, 2, 'state', true))
      await b.save(saving(id, 2, 'state', false))
      expect(await takeSession(a, id, 1)).toEqual({ result: 'used' })
    })

    it('gives no epoch to two of many who come at once', async () => {
      const { a, b } = store()
      const id = session()
      await a.save(saving(id, 1, 'state'))
      const results = await Promise.all(Array.from({ length: 20 }, (_, i) => takeSession(i % 2 ? a : b, id, 1)))
      const epochs = results.flatMap((taken) => (taken.result === 'taken' ? [taken.epoch] : []))
      expect(epochs.sort((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2))
    })

    it('is gone when it has waited for so long', async () => {
      const { a, b, pass } = store()
      const id = session()
      await a.save(saving(id, 1, 'state'))
      await pass(waitMs * 0.6)
      expect(await takeSession(b, id, 1)).toMatchObject({ result: 'taken' })
      await pass(waitMs * 0.6)
      // A take is a sign of life as a save is.
      expect(await takeSession(b, id, 2)).toMatchObject({ result: 'taken' })
      await pass(waitMs * 1.2)
      expect(await takeSession(b, id, 3)).toEqual({ result: 'gone' })
    })
  })

  describe('the stream of a session', () => {
    it('is claimed when its lease runs out and not before, once', async () => {
      const { a, pass } = store()
      const [id, stream] = [session(), session()]
      await a.save(streaming(id, 1, stream, 2_000))
      expect(await claimed(stream)).toEqual([])
      await pass(2_500)
      const [will] = await claimed(stream)
      expect(will).toMatchObject({ streamId: stream, accountId: 'acct-ada' })
      expect(said(will?.record ?? text(''))).toBe(`will of ${stream}`)
      expect(await claimed(stream)).toEqual([])
    })

    it('is over once claimed: a save of it is refused, and a resume is told', async () => {
      const { a, b, pass } = store()
      const [id, stream] = [session(), session()]
      await a.save(streaming(id, 1, stream, 50))
      await pass(100)
      await claimed(stream)
      expect(await a.save(streaming(id, 1, stream, 60_000))).toBe('ended')
      expect(await a.save(streaming(id, 1, session(), 60_000))).toBe('saved')
      expect(await takeSession(b, id, 1)).toMatchObject({ result: 'taken', endedStream: stream })
    })

    it('is not claimed while somebody renews it, nor just after a resume', async () => {
      const { a, b, pass } = store()
      const [id, stream] = [session(), session()]
      await a.save(streaming(id, 1, stream, 2_000))
      await pass(1_200)
      await takeSession(b, id, 1)
      await pass(1_200)
      expect(await claimed(stream)).toEqual([])
    })

    it('leaves nothing behind when it was settled', async () => {
      const { a, pass } = store()
      const [id, stream] = [session(), session()]
      await a.save(streaming(id, 1, stream, 50))
      await a.save(saving(id, 1, 'idle'))
      await a.settle(id, stream)
      await pass(100)
      expect(await claimed(stream)).toEqual([])
    })

    it('is claimed when the save that ended it was the last word of its gateway', async () => {
      const { a, pass } = store()
      const [id, stream] = [session(), session()]
      await a.save(streaming(id, 1, stream, 50))
      await a.save(saving(id, 1, 'idle'))
      await pass(100)
      const [will] = await claimed(stream)
      expect(said(will?.record ?? text(''))).toBe(`will of ${stream}`)
    })

    it('is claimed all the same when its session ended without settling it, with the end that was amended', async () => {
      const { a, pass } = store()
      const [id, stream] = [session(), session()]
      await a.save(streaming(id, 1, stream, 50))
      await a.save(saving(id, 1, 'idle'))
      await a.amend(id, ending(stream, 'the true end'))
      await pass(100)
      const [will] = await claimed(stream)
      expect(said(will?.record ?? text(''))).toBe('the true end')
    })

    it('is claimed at once when it ended and no save ever told of it', async () => {
      const { a } = store()
      const [id, stream] = [session(), session()]
      await a.amend(id, ending(stream, 'an end without a beginning'))
      const [will] = await claimed(stream)
      expect(will).toMatchObject({ streamId: stream, accountId: 'acct-ada' })
      expect(said(will?.record ?? text(''))).toBe('an end without a beginning')
    })

    it('is claimed though its session is gone', async () => {
      const { a, b, pass } = store()
      const [id, stream] = [session(), session()]
      await a.save(streaming(id, 1, stream, waitMs + 200))
      await pass(waitMs + 400)
      expect(await takeSession(b, id, 1)).toEqual({ result: 'gone' })
      expect(await claimed(stream)).toHaveLength(1)
    })

    it('is forgotten when the reaper has settled it', async () => {
      const { a, pass } = store()
      const [id, stream] = [session(), session()]
      await a.save(streaming(id, 1, stream, 50))
      await pass(100)
      const [will] = await claimed(stream)
      if (will === undefined) throw new Error('the stream was not claimed')
      await a.settleClaim(will)
      await pass(100)
      expect(await claimed(stream)).toEqual([])
    })
  })
}
