import { describe, expect, it } from 'vitest'
import { createKeyedBuckets } from './keyed-buckets.ts'

const RATE = { perSecond: 10, burst: 2 }

describe('token buckets by key', () => {
  it('are each of their own', () => {
    const buckets = createKeyedBuckets(RATE)
    expect([buckets.take('a', 0), buckets.take('a', 0), buckets.take('a', 0)]).toEqual([0, 0, 100])
    expect(buckets.take('b', 0)).toBe(0)
    expect(buckets.take('a', 100)).toBe(0)
  })

  it('keep nothing of who is only asked about', () => {
    const buckets = createKeyedBuckets(RATE)
    for (let n = 0; n < 4; n += 1) buckets.owe('a', 0)
    for (let n = 0; n < 100_000; n += 1) buckets.wait(`other ${n}`, 0)
    expect(buckets.wait('a', 0)).toBe(300)
  })

  it('forget those that have not spoken for longest, as if they had never spoken', () => {
    const buckets = createKeyedBuckets(RATE)
    for (let n = 0; n < 3; n += 1) buckets.owe('first', 0)
    for (let n = 0; n < 20_000; n += 1) buckets.owe(`other ${n}`, 0)
    expect(buckets.wait('first', 0)).toBe(0)
    expect(buckets.wait('other 0', 0)).toBe(0)
    expect(buckets.take('other 19999', 0)).toBe(0)
    expect(buckets.wait('other 19999', 0)).toBe(100)
  })
})
