/** Owns the check of an access token: a JWT of one issuer for one audience, by the issuer's published keys. */

import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import type { CloseName } from '../protocol/close-codes.ts'
import { PLANS, type Plan } from '../protocol/vocabulary.ts'

export interface TokenConfig {
  readonly issuer: string
  readonly jwksUrl: string
  readonly audience: string
  readonly algorithms: readonly string[]
}

/** Who a good token speaks for. */
export interface Subject {
  readonly accountId: string
  readonly name: string
  readonly plan: Plan
  readonly country: string
  /** Of a duo or family plan; '' for the holder of the account. */
  readonly member: string
  readonly roles: readonly string[]
  readonly expiresAtMs: number
}

/** Why a token is refused: a row of the table of close codes. */
export type TokenRefusal = Extract<CloseName, `token_${string}` | 'identity_unavailable'>

export type Verdict =
  | { readonly ok: true; readonly subject: Subject }
  | { readonly ok: false; readonly refusal: TokenRefusal }

export type VerifyToken = (token: string) => Promise<Verdict>

/** Clocks of issuer and gateway may differ by this much. */
const CLOCK_TOLERANCE_S = 5

/** A verifier that fetches the keys when first needed, again for an unknown key id, and keeps them between. */
export function createTokenVerifier(config: TokenConfig): VerifyToken {
  const keys = createRemoteJWKSet(new URL(config.jwksUrl), {
    timeoutDuration: 5_000,
    // A rotated key is found at once; a flood of invented key ids asks the issuer at most once in this time.
    cooldownDuration: 5_000,
  })
  const options = {
    issuer: config.issuer,
    audience: config.audience,
    algorithms: [...config.algorithms],
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ['exp', 'sub'],
  }
  return async (token) => {
    const { coolingDown } = keys
    try {
      const { payload } = await jwtVerify(token, keys, options)
      const subject = subjectOf(payload)
      return subject === undefined ? { ok: false, refusal: 'token_claims' } : { ok: true, subject }
    } catch (error) {
      return { ok: false, refusal: refusalOf(error, coolingDown) }
    }
  }
}

const NAMED_REFUSALS: readonly (readonly [new (...args: never[]) => Error, TokenRefusal])[] = [
  [errors.JWTExpired, 'token_expired'],
  [errors.JOSEAlgNotAllowed, 'token_algorithm'],
  [errors.JOSENotSupported, 'token_algorithm'],
  [errors.JWKSMultipleMatchingKeys, 'token_signature'],
  [errors.JWSSignatureVerificationFailed, 'token_signature'],
  [errors.JWTInvalid, 'token_malformed'],
  [errors.JWSInvalid, 'token_malformed'],
]

/** @param coolingDown the keys were fetched a moment ago and are not fetched again yet: an unknown key may be a new one */
function refusalOf(error: unknown, coolingDown: boolean): TokenRefusal {
  for (const [type, refusal] of NAMED_REFUSALS) if (error instanceof type) return refusal
  if (error instanceof errors.JWKSNoMatchingKey) return coolingDown ? 'identity_unavailable' : 'token_signature'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return 'token_issuer'
    if (error.claim === 'aud') return 'token_audience'
    return 'token_claims'
  }
  // Whatever else goes wrong is between us and the issuer: keys that do not come, or are no keys.
  return 'identity_unavailable'
}

function subjectOf(payload: JWTPayload): Subject | undefined {
  const { sub, name, plan, country, member, roles, exp } = payload
  const knownPlan = PLANS.find((known) => known === plan)
  if (typeof sub !== 'string' || sub === '' || sub.length > 64 || exp === undefined || knownPlan === undefined)
    return undefined
  if (typeof country !== 'string' || !/^[A-Z]{2}$/.test(country)) return undefined
  // Another's device and stream would be taken for its own.
  if (member !== undefined && (typeof member !== 'string' || member.length > 64)) return undefined
  return {
    accountId: sub,
    name: typeof name === 'string' && name !== '' ? name : sub,
    plan: knownPlan,
    country,
    member: member ?? '',
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    expiresAtMs: exp * 1000,
  }
}
