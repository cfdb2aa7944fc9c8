/** Owns token buckets by what they are of, such as an account: kept of those that were asked for last, and full for all others. */

import { LRUCache } from 'lru-cache'
import { type Bucket, fullBucket, oweToken, type Rate, takeToken, waitForToken } from './token-bucket.ts'

export interface KeyedBuckets {
  /** Takes a token of `key`: 0, or how many ms to wait for one. */
  take(key: string, nowMs: number): number
  /** As `take`, and leaves it there. */
  wait(key: string, nowMs: number): number
  /** Takes a token of `key` for what was done already. */
  owe(key: string, nowMs: number): void
}

/** More than a gateway has sockets: nobody gets a full bucket by sending so many others before it. */
const KEPT = 20_000

export function createKeyedBuckets(rate: Rate): KeyedBuckets {
  const buckets = new LRUCache<string, Bucket>({ max: KEPT })
  const bucketOf = (key: string, nowMs: number): Bucket => {
    const known = buckets.get(key)
    if (known !== undefined) return known
    const bucket = fullBucket(rate, nowMs)
    buckets.set(key, bucket)
    return bucket
  }
  return {
    take: (key, nowMs) => takeToken(bucketOf(key, nowMs), rate, nowMs),
    wait(key, nowMs) {
      const known = buckets.get(key)
      return known === undefined ? 0 : waitForToken(known, rate, nowMs)
    },
    owe: (key, nowMs) => oweToken(bucketOf(key, nowMs), rate, nowMs),
  }
}
