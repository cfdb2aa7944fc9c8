/** Owns the token bucket: so many a second, and a bounded number at once. Hot path: a bucket is two numbers. */

export interface Bucket {
  tokens: number
  atMs: number
}

export interface Rate {
  readonly perSecond: number
  /** How many may come at once after a pause. */
  readonly burst: number
}

export function fullBucket(rate: Rate, nowMs: number): Bucket {
  return { tokens: rate.burst, atMs: nowMs }
}

/** Takes a token: 0, or how many ms to wait for one. */
export function takeToken(bucket: Bucket, rate: Rate, nowMs: number): number {
  const waitMs = waitForToken(bucket, rate, nowMs)
  if (waitMs === 0) bucket.tokens -= 1
  return waitMs
}

/** As `takeToken`, and leaves it there. */
export function waitForToken(bucket: Bucket, rate: Rate, nowMs: number): number {
  const elapsedMs = Math.max(0, nowMs - bucket.atMs)
  bucket.tokens = Math.min(rate.burst, bucket.tokens + (elapsedMs / 1000) * rate.perSecond)
  bucket.atMs = nowMs
  return bucket.tokens < 1 ? Math.ceil(((1 - bucket.tokens) / rate.perSecond) * 1000) : 0
}

/** Takes a token for what was done already, there or not: who comes later waits the longer for it, up to a burst's time. */
export function oweToken(bucket: Bucket, rate: Rate, nowMs: number): void {
  waitForToken(bucket, rate, nowMs)
  bucket.tokens = Math.max(bucket.tokens - 1, -rate.burst)
}
