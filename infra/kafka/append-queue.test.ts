import { describe, expect, it } from 'vitest'
import { AppendQueue, type Pending } from './append-queue.ts'

const pending = (bytes: number): Pending => ({
  key: 'k'.repeat(36),
  value: new Uint8Array(bytes - 100),
  resolve: () => undefined,
  reject: () => undefined,
})
const bounds = { maxQueuedBytes: 10_000, maxBatchBytes: 4_000, maxBatchRecords: 3 }

describe('append queue', () => {
  it('gives records in order, as many as a request may hold by bytes and by number', () => {
    const queue = new AppendQueue(bounds)
    const records = [2_000, 2_000, 2_000, 200, 200, 200].map(pending)
    for (const record of records) queue.push(record)
    expect(queue.take()).toEqual(records.slice(0, 2))
    expect(queue.take()).toEqual(records.slice(2, 5))
    expect(queue.take()).toEqual(records.slice(5))
    expect(queue.take()).toEqual([])
  })

  it('refuses what has no room, retriable, and takes more when there is room again', () => {
    const queue = new AppendQueue(bounds)
    for (let i = 0; i < 5; i++) queue.push(pending(2_000))
    expect(() => queue.push(pending(200))).toThrow(expect.objectContaining({ reason: 'overloaded', retriable: true }))
    queue.take()
    queue.push(pending(200))
    expect(queue.takeAll()).toHaveLength(4)
    queue.push(pending(4_000))
    expect(queue.length).toBe(1)
  })

  it('refuses for good what no request can hold', () => {
    const queue = new AppendQueue(bounds)
    expect(() => queue.push(pending(4_001))).toThrow(
      expect.objectContaining({ reason: 'payload_too_large', retriable: false }),
    )
  })
})
