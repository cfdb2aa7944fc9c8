/** Owns what every event store must do; each adapter's test runs it. */

import { beforeEach, describe, expect, it } from 'vitest'
import type { TelemetryEvent } from '../telemetry-event.ts'
import type { EventStore } from './event-store.ts'

export interface StoreUnderTest {
  /** A store that holds nothing and at most `most` events. */
  fresh(most: number): Promise<EventStore>
  /** What a client finds that comes after the one of `fresh` was closed or killed. */
  after(): Promise<EventStore>
}

export const event = (seq: number, of = 'aa'): TelemetryEvent => ({
  id: `018f0000-0000-7000-8000-${of}${String(seq).padStart(10, '0')}`,
  seq,
  kind: 'position',
  at_ms: 1_700_000_000_000 + seq,
  stream_id: '018f0000-0000-7000-8000-0000000000bb',
  position_ms: seq * 10,
  bitrate_kbps: 160,
})

const MOST = 5

export function eventStoreContract(name: string, test: StoreUnderTest): void {
  describe(`T2 the event store: ${name}`, () => {
    let store: EventStore
    beforeEach(async () => {
      store = await test.fresh(MOST)
    })

    it('holds nothing at first', async () => {
      expect(await store.load('ada')).toEqual({ events: [], lastSeq: 0 })
    })

    it('gives what was put, whole and in the order of seq, to whoever comes after', async () => {
      await store.load('ada')
      for (const seq of [2, 1, 10, 3]) await store.put(event(seq))
      await store.close()
      store = await test.after()
      expect(await store.load('ada')).toEqual({ events: [1, 2, 3, 10].map((seq) => event(seq)), lastSeq: 10 })
    })

    it('forgets what was removed, and knows its seq all the same', async () => {
      await store.load('ada')
      for (const seq of [1, 2, 3]) await store.put(event(seq))
      await store.remove([event(3).id, event(1).id, 'never kept'])
      await store.remove([event(3).id])
      store = await test.after()
      expect(await store.load('ada')).toEqual({ events: [event(2)], lastSeq: 3 })
      await store.remove([event(2).id])
      store = await test.after()
      expect(await store.load('ada')).toEqual({ events: [], lastSeq: 3 })
    })

    it('keeps an event once, however often it is put', async () => {
      await store.load('ada')
      await store.put(event(1))
      await store.put(event(1))
      store = await test.after()
      expect((await store.load('ada')).events).toEqual([event(1)])
    })

    it('is bounded: the oldest go', async () => {
      await store.load('ada')
      for (let seq = 1; seq <= MOST + 2; seq++) await store.put(event(seq))
      store = await test.after()
      const { events, lastSeq } = await store.load('ada')
      expect(events.map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7])
      expect(lastSeq).toBe(MOST + 2)
    })

    it('goes on with what it has taken over', async () => {
      await store.load('ada')
      await store.put(event(1))
      store = await test.after()
      await store.load('ada')
      await store.put(event(2))
      await store.remove([event(1).id])
      store = await test.after()
      expect(await store.load('ada')).toEqual({ events: [event(2)], lastSeq: 2 })
    })

    it('does what is asked of it in the order of the calls, though no answer is awaited', async () => {
      const loaded = store.load('ada')
      const changes = [
        store.put(event(1)),
        store.remove([event(1).id]),
        store.put(event(2)),
        store.put(event(3)),
        store.remove([event(3).id, event(2).id]),
        store.put(event(2)),
        store.put(event(4)),
      ]
      const again = store.load('ada')
      const more = store.remove([event(4).id])
      expect(await loaded).toEqual({ events: [], lastSeq: 0 })
      expect(await again).toEqual({ events: [event(2), event(4)], lastSeq: 4 })
      await Promise.all([...changes, more])
      store = await test.after()
      expect(await store.load('ada')).toEqual({ events: [event(2)], lastSeq: 4 })
    })

    it('is bounded, however many are put at once', async () => {
      await store.load('ada')
      const seqs = Array.from({ length: 3 * MOST }, (_, at) => at + 1)
      await Promise.all(seqs.map((seq) => store.put(event(seq))))
      store = await test.after()
      expect(await store.load('ada')).toEqual({ events: seqs.slice(-MOST).map((seq) => event(seq)), lastSeq: 3 * MOST })
    })

    it('lets go of its queue when what was put before is in it, and not of what is asked after', async () => {
      await store.load('ada')
      const put = store.put(event(1))
      const closed = store.close()
      await expect(store.put(event(2))).rejects.toThrow('call `load` first')
      await Promise.all([put, closed])
      store = await test.after()
      expect(await store.load('ada')).toEqual({ events: [event(1)], lastSeq: 1 })
    })

    it('keeps under its own account what is put right before another account loads', async () => {
      await store.load('ada')
      const put = store.put(event(1))
      expect(await store.load('bob')).toEqual({ events: [], lastSeq: 0 })
      await put
      store = await test.after()
      expect(await store.load('ada')).toEqual({ events: [event(1)], lastSeq: 1 })
    })

    it('keeps accounts apart', async () => {
      await store.load('ada')
      await store.put(event(4))
      await store.load('bob')
      await store.put(event(1, 'bb'))
      store = await test.after()
      expect(await store.load('bob')).toEqual({ events: [event(1, 'bb')], lastSeq: 1 })
      expect(await store.load('ada')).toEqual({ events: [event(4)], lastSeq: 4 })
    })

    it('rejects what is asked of it while no queue is open', async () => {
      await expect(store.put(event(1))).rejects.toThrow('call `load` first')
      await expect(store.remove(['x'])).rejects.toThrow('call `load` first')
    })
  })
}
