/** Owns how long to wait before connecting again: exponential with full jitter, so that a herd spreads out. */

export interface BackoffPolicy {
  readonly firstMs: number
  readonly mostMs: number
}

export const BACKOFF: BackoffPolicy = { firstMs: 500, mostMs: 30_000 }

/** A random wait from 0 to `min(mostMs, firstMs * 2^attempt)`, for attempt 0, 1, 2 … (AWS Architecture Blog, "Exponential backoff and jitter"). */
export function fullJitterMs(attempt: number, random: () => number, policy: BackoffPolicy = BACKOFF): number {
  return Math.floor(random() * Math.min(policy.mostMs, policy.firstMs * 2 ** Math.min(attempt, 30)))
}
