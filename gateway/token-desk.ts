/** Owns what tokens cost: one found good is known for a while without another check, and an address that sends bad ones has to wait. */

import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { createKeyedBuckets } from './keyed-buckets.ts'
import type { Metrics } from './metrics.ts'
import type { Rate } from './token-bucket.ts'
import type { Subject, Verdict, VerifyToken } from './token-verifier.ts'

/** Good, but of a sign-in that has ended. */
const REVOKED = { ok: false, refusal: 'token_revoked' } as const
type Revoked = typeof REVOKED

/** Not looked at: its address has sent too many that were bad. */
export interface NotLookedAt {
  readonly ok: false
  readonly refusal: 'too_many_requests'
  readonly retryAfterMs: number
}

type Good = Extract<Verdict, { ok: true }>

export interface TokenDesk {
  /** What can be said of a token without a check of its signature; undefined when nothing can. */
  atSight(token: string, address: string): Good | Revoked | NotLookedAt | undefined
  /** What can be said of it at sight, else by a check. */
  judge(token: string, address: string): Promise<Verdict | NotLookedAt>
}

export interface TokenDeskParts {
  readonly verify: VerifyToken
  /** The sign-in that it is of has ended before it expired. */
  readonly isRevoked: (subject: Subject) => boolean
  /** How many bad ones an address may send. */
  readonly badTokens: Rate
  readonly metrics: Pick<Metrics, 'tokens'>
  readonly now: () => number
}

interface Known {
  readonly subject: Subject
  readonly untilMs: number
}

/** By a key that the issuer withdraws no token is known for longer. */
const KNOWN_FOR_MS = 60_000
const MOST_KNOWN = 10_000

export function createTokenDesk({ verify, isRevoked, badTokens, metrics, now }: TokenDeskParts): TokenDesk {
  // By hash: what is kept is short, and nobody can sign in by it.
  const known = new LRUCache<string, Known>({ max: MOST_KNOWN })
  const underWay = new Map<string, Promise<Verdict>>()
  const owedFor = createKeyedBuckets(badTokens)

  const atSight: TokenDesk['atSight'] = (token, address) => {
    const nowMs = now()
    const found = known.get(hashOf(token))
    if (found !== undefined && nowMs < found.untilMs) {
      const revoked = isRevoked(found.subject)
      metrics.tokens.inc({ result: revoked ? 'revoked' : 'known' })
      return revoked ? REVOKED : { ok: true, subject: found.subject }
    }
    const retryAfterMs = owedFor.wait(address, nowMs)
    if (retryAfterMs === 0) return undefined
    metrics.tokens.inc({ result: 'not_looked_at' })
    return { ok: false, refusal: 'too_many_requests', retryAfterMs }
  }
  const check = async (token: string, key: string, address: string): Promise<Verdict> => {
    const verdict = await verify(token)
    const nowMs = now()
    if (verdict.ok) {
      const { subject } = verdict
      // Whoever has it was let in once: no attempt upon us.
      if (isRevoked(subject)) {
        metrics.tokens.inc({ result: 'revoked' })
        return REVOKED
      }
      known.set(key, { subject, untilMs: Math.min(subject.expiresAtMs, nowMs + KNOWN_FOR_MS) })
    }
    metrics.tokens.inc({ result: verdict.ok ? 'good' : 'bad' })
    // That the issuer is away is not the fault of who sent it.
    if (!verdict.ok && verdict.refusal !== 'identity_unavailable') owedFor.owe(address, nowMs)
    return verdict
  }
  return {
    atSight,
    async judge(token, address) {
      const seen = atSight(token, address)
      if (seen !== undefined) return seen
      const key = hashOf(token)
      const checking = underWay.get(key) ?? check(token, key, address).finally(() => underWay.delete(key))
      underWay.set(key, checking)
      return checking
    },
  }
}

const hashOf = (token: string): string => hash('sha256', token, 'base64')
