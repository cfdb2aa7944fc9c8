import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { uuidv7TimeMs } from '../ids.ts'
import type { ErrorMessage } from '../messages/error.ts'
import type { Telemetry } from '../messages/telemetry.ts'
import type { TelemetryEvent } from '../telemetry-event.ts'
import type { EventStore } from './event-store.ts'
import { memoryEventStore } from './event-store-memory.ts'
import { TelemetrySender } from './telemetry-sender.ts'

const SEEN = { stream_id: '018f0000-0000-7000-8000-0000000000bb', position_ms: 5 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A sender, with everything it said and sent. */
function start(store: EventStore) {
  const told = {
    sent: [] as Telemetry[],
    acked: [] as TelemetryEvent[],
    dropped: [] as TelemetryEvent[],
    failures: [] as Error[],
  }
  const sender = new TelemetrySender(store, {
    acked: (events) => void told.acked.push(...events),
    dropped: (events) => void told.dropped.push(...events),
    storeFailed: (error) => void told.failures.push(error),
  })
  const report = () => sender.report('position', SEEN, 1_700_000_000_000)
  const signIn = (account = 'ada', quietMs = 0) => {
    sender.signedIn(account)
    sender.connected((batch) => void told.sent.push(batch), { mostEvents: 20, messagesPerSecond: 1_000 }, quietMs)
  }
  const sentSeqs = () => told.sent.map(({ events }) => events.map(({ seq }) => seq))
  return { sender, told, report, signIn, sentSeqs }
}

const flushed = () => vi.advanceTimersByTimeAsync(300)
const held = async (store: EventStore, account = 'ada') => (await store.load(account)).events

const refusal = (retriable: boolean): ErrorMessage => ({
  type: 'error',
  code: 103,
  name: 'invalid_message',
  message: 'no',
  retriable,
})

describe('T2 events and their store', () => {
  it('T6 keeps what was reported before anybody signed in, at the time it was, under the account that is remembered', async () => {
    const store = memoryEventStore()
    const { sender, told, signIn } = start(store)
    sender.signedIn('ada')
    const at_ms = 1_600_000_000_000
    const event = sender.report('position', { ...SEEN, offline: true, at_ms }, 1_700_000_000_000)
    await flushed()
    expect(event).toMatchObject({ at_ms, offline: true, stream_id: SEEN.stream_id })
    expect(uuidv7TimeMs(event.id)).toBe(at_ms)
    expect(await held(store)).toEqual([event])
    expect(told.sent).toEqual([])
    signIn('ada')
    await flushed()
    expect(told.sent.map(({ events }) => events)).toEqual([[event]])
  })

  it('U6 keeps what waits, and what comes meanwhile, until it is no longer asked to be quiet', async () => {
    const { sender, told, report, signIn, sentSeqs } = start(memoryEventStore())
    signIn()
    report()
    await flushed()
    expect(sentSeqs()).toEqual([[1]])
    sender.disconnected()
    told.sent.length = 0
    signIn('ada', 5_000)
    report()
    await vi.advanceTimersByTimeAsync(4_900)
    expect(sentSeqs()).toEqual([])
    await vi.advanceTimersByTimeAsync(200)
    expect(sentSeqs()).toEqual([[1, 2]])
  })

  it('puts an event before it is sent, and removes it when it is acknowledged', async () => {
    const store = memoryEventStore()
    let letPut: () => void = () => undefined
    const slow: EventStore = {
      ...store,
      put: async (event) => {
        await new Promise<void>((resolve) => {
          letPut = resolve
        })
        await store.put(event)
      },
    }
    const { sender, told, report, signIn } = start(slow)
    signIn()
    await flushed()
    const event = report()
    await flushed()
    expect([told.sent.length, sender.pending]).toEqual([0, 1])
    letPut()
    await flushed()
    expect(told.sent.map(({ events }) => events)).toEqual([[event]])
    sender.acknowledged(told.sent[0]?.batch ?? 0)
    await flushed()
    expect(told.acked).toEqual([event])
    expect(await held(store)).toEqual([])
  })

  it('removes what is refused for good, and keeps what is to be sent again', async () => {
    const store = memoryEventStore()
    const { sender, told, report, signIn } = start(store)
    signIn()
    report()
    await flushed()
    sender.refused(told.sent[0]?.batch ?? 0, refusal(true))
    expect(await held(store)).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1_500)
    sender.refused(told.sent[1]?.batch ?? 0, refusal(false))
    await flushed()
    expect(told.dropped).toHaveLength(1)
    expect(await held(store)).toEqual([])
  })

  it('sends what an earlier page left, as it is and first, and numbers on above it', async () => {
    const store = memoryEventStore()
    const before = start(store)
    before.signIn()
    const left = [before.report(), before.report()]
    await flushed()
    before.sender.close()
    await flushed()
    const after = start(store)
    const early = after.report()
    after.signIn()
    await flushed()
    expect(after.told.sent[0]?.events).toEqual(left)
    expect([early.seq, after.report().seq]).toEqual([3, 4])
    await flushed()
    expect(after.sentSeqs()).toEqual([[1, 2], [3], [4]])
  })

  it('never uses a seq again, though everything was acknowledged', async () => {
    const store = memoryEventStore()
    const before = start(store)
    before.signIn()
    before.report()
    await flushed()
    before.sender.acknowledged(before.told.sent[0]?.batch ?? 0)
    before.sender.close()
    await flushed()
    const after = start(store)
    after.signIn()
    await flushed()
    expect(after.report().seq).toBe(2)
  })

  it('does not send what one account reported for another, and keeps it', async () => {
    const store = memoryEventStore()
    const { sender, told, report, signIn } = start(store)
    signIn('ada')
    const hers = report()
    await flushed()
    sender.disconnected()
    signIn('bob')
    await flushed()
    expect(told.sent).toHaveLength(1)
    sender.disconnected()
    signIn('ada')
    await flushed()
    expect(told.sent[1]?.events).toEqual([hers])
  })

  const broken = () => Promise.reject(new Error('the disk is full'))
  const silent = () => new Promise<never>(() => undefined)
  it.each([
    ['does not load', { load: broken }],
    ['does not put', { put: broken }],
    ['does not remove', { remove: broken }],
    ['does not close either', { put: broken, close: broken }],
    ['never answers', { load: silent }],
    ['never answers a put', { put: silent }],
  ])('goes on in memory, and says so once, with a store that %s', async (_name, fault) => {
    const { sender, told, report, signIn, sentSeqs } = start({ ...memoryEventStore(), ...fault })
    signIn()
    report()
    await vi.advanceTimersByTimeAsync(6_000)
    sender.acknowledged(told.sent[0]?.batch ?? 0)
    report()
    await vi.advanceTimersByTimeAsync(6_000)
    sender.acknowledged(told.sent[1]?.batch ?? 0)
    await flushed()
    expect(sentSeqs()).toEqual([[1], [2]])
    expect(told.failures.map(({ message }) => message)).toEqual(['events are kept in memory only: the store failed'])
    expect(sender.pending).toBe(0)
  })

  it('leaves in the store what is reported right before the end, and nothing after it', async () => {
    const store = memoryEventStore()
    const { sender, told, report, signIn } = start(store)
    signIn()
    const last = report()
    sender.close()
    await flushed()
    report()
    await flushed()
    expect(await held(store)).toEqual([last])
    expect(told.failures).toEqual([])
  })
})
