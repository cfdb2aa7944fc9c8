import { describe, expect, it } from 'vitest'
import type { TelemetryEvent } from '../telemetry-event.ts'
import { fullJitterMs } from './backoff.ts'
import { EventQueue } from './event-queue.ts'

const event = (seq: number): TelemetryEvent => ({
  id: `018f0000-0000-7000-8000-${String(seq).padStart(12, '0')}`,
  seq,
  kind: 'position',
  at_ms: seq,
  stream_id: '018f0000-0000-7000-8000-0000000000bb',
  position_ms: seq,
})

const seqs = (events: readonly TelemetryEvent[] | undefined) => events?.map(({ seq }) => seq)

describe('R1 the wait before connecting again', () => {
  it('is from 0 to a bound that doubles, to 30 s at most', () => {
    expect(fullJitterMs(0, () => 0)).toBe(0)
    expect([0, 1, 2, 3, 6, 99].map((attempt) => fullJitterMs(attempt, () => 0.999_999))).toEqual([
      499, 999, 1_999, 3_999, 29_999, 29_999,
    ])
  })
})

describe('T2 the queue of unacknowledged events', () => {
  it('gives batches in order and forgets them when they are settled', () => {
    const queue = new EventQueue()
    for (const seq of [1, 2, 3]) queue.add(event(seq))
    const first = queue.take(2)
    expect(seqs(first?.events)).toEqual([1, 2])
    expect(queue.size).toBe(3)
    expect(seqs(queue.settle(first?.batch ?? 0))).toEqual([1, 2])
    expect(queue.size).toBe(1)
  })

  it('gives the same events again, in order, after the socket is gone', () => {
    const queue = new EventQueue()
    for (const seq of [1, 2, 3, 4, 5]) queue.add(event(seq))
    const first = queue.take(2)
    queue.take(2)
    queue.putAllBack()
    expect(seqs(queue.take(10)?.events)).toEqual([1, 2, 3, 4, 5])
    expect(queue.settle(first?.batch ?? 0)).toEqual([])
  })

  it('puts a refused batch back in its place', () => {
    const queue = new EventQueue()
    for (const seq of [1, 2, 3]) queue.add(event(seq))
    const first = queue.take(1)
    queue.take(1)
    queue.putBack(first?.batch ?? 0)
    expect(seqs(queue.take(10)?.events)).toEqual([1, 3])
  })

  it('is bounded, and says what had to go', () => {
    const queue = new EventQueue()
    let gone: TelemetryEvent[] = []
    for (let seq = 1; seq <= 10_002; seq++) gone = [...gone, ...queue.add(event(seq))]
    expect(seqs(gone)).toEqual([1, 2])
    expect(queue.size).toBe(10_000)
  })

  it('does not know a batch that was never taken', () => {
    expect(new EventQueue().settle(7)).toEqual([])
    expect(new EventQueue().take(5)).toBeUndefined()
  })
})
