import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EventKeeper } from './event-keeper.ts'
import { event } from './event-store.contract.ts'
import type { EventStore } from './event-store.ts'
import { memoryEventStore } from './event-store-memory.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A store that does everything at once and answers when the test says so, in order. */
function heldStore() {
  const store = memoryEventStore()
  const asked: { name: keyof EventStore; answer(error?: Error): void }[] = []
  const held =
    <Args extends unknown[], Result>(name: keyof EventStore, act: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> => {
      const done = act(...args)
      return new Promise((resolve, reject) => {
        asked.push({ name, answer: (error) => (error === undefined ? resolve(done) : reject(error)) })
      })
    }
  const slow: EventStore = {
    load: store.load,
    put: held('put', store.put),
    remove: held('remove', store.remove),
    close: held('close', store.close),
  }
  const failures: Error[] = []
  const keeper = new EventKeeper(slow, (error) => void failures.push(error))
  return { keeper, store, asked, failures, names: () => asked.map(({ name }) => name) }
}

const settled = () => vi.advanceTimersByTimeAsync(0)
const seqsOf = async (keeper: EventKeeper, account = 'ada') => (await keeper.load(account)).events.map(({ seq }) => seq)

describe('T2 keeping events', () => {
  it('asks the store before it returns, whatever is under way', async () => {
    const { keeper, names } = heldStore()
    await keeper.load('ada')
    void keeper.put(event(1))
    void keeper.remove([event(1)])
    void keeper.put(event(2))
    expect(names()).toEqual(['put', 'remove', 'put'])
  })

  it('does anew in memory, in order, all that was under way when the store failed, and says so once', async () => {
    const { keeper, asked, failures } = heldStore()
    await keeper.load('ada')
    const done: string[] = []
    const under = [
      keeper.put(event(1)).then(() => done.push('put 1')),
      keeper.put(event(2)).then(() => done.push('put 2')),
      keeper.remove([event(1)]).then(() => done.push('remove 1')),
      keeper.put(event(3)).then(() => done.push('put 3')),
    ]
    asked[1]?.answer(new Error('the disk is full'))
    await Promise.all(under)
    expect(done).toEqual(['put 1', 'put 2', 'remove 1', 'put 3'])
    for (const late of [0, 2]) asked[late]?.answer()
    asked[3]?.answer(new Error('the disk is still full'))
    await settled()
    expect(await seqsOf(keeper)).toEqual([2, 3])
    expect(failures.map(({ cause }) => String(cause))).toEqual(['Error: the disk is full'])
  })

  it('keeps in memory under the account whose queue was open, though another is being loaded', async () => {
    const { keeper, asked } = heldStore()
    await keeper.load('ada')
    const put = keeper.put(event(1))
    asked[0]?.answer(new Error('the disk is full'))
    const loaded = keeper.load('bob')
    await put
    expect((await loaded).events).toEqual([])
    expect(await seqsOf(keeper)).toEqual([1])
  })

  it('takes a store for failed when it is silent, not when it has much to do', async () => {
    const { keeper, asked, failures } = heldStore()
    await keeper.load('ada')
    const puts = [1, 2, 3].map((seq) => keeper.put(event(seq)))
    for (const at of [0, 1]) {
      await vi.advanceTimersByTimeAsync(4_000)
      asked[at]?.answer()
    }
    await vi.advanceTimersByTimeAsync(4_000)
    expect(failures).toEqual([])
    await vi.advanceTimersByTimeAsync(2_000)
    await Promise.all(puts)
    expect(failures.map(({ cause }) => String(cause))).toEqual(['Error: no answer within 5000 ms'])
  })

  it('says nothing of a store that answered everything', async () => {
    const { keeper, asked, failures } = heldStore()
    await keeper.load('ada')
    const put = keeper.put(event(1))
    asked[0]?.answer()
    await put
    await vi.advanceTimersByTimeAsync(60_000)
    expect(failures).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})
