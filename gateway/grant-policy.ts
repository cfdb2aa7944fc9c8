/** Owns what may be granted: the look-ahead, and nothing when sessions have gone on unsaved for too long (D5). */

import type { Dependency } from '../infra/runtime/dependency.ts'
import { GRANT_POLICY, type GrantPolicy } from '../session/chunk-window.ts'

/** Not a chunk, not even a renewed address. */
export const NOTHING: GrantPolicy = { ...GRANT_POLICY, lookAheadChunks: Number.NEGATIVE_INFINITY }

export function grantPolicyNow(redis: Pick<Dependency, 'downMs'>, unsavedGraceMs: number): GrantPolicy {
  return redis.downMs() > unsavedGraceMs ? NOTHING : GRANT_POLICY
}
