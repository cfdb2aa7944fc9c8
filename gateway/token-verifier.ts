/** Owns the check of an access token: a JWT of one issuer for one audience, by the issuer's published keys. */

import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose'
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
    [customFetch]: fetchKeys,
  })
  const options = {
    issuer: config.issuer,
    audience: config.audience,
    algorithms: [...config.algorithms],
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ['exp', 'sub'],
  }
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, options)
      const subject = subjectOf(payload)
      return subject === undefined ? { ok: false, refusal: 'token_claims' } : { ok: true, subject }
    } catch (error) {
      return { ok: false, refusal: refusalOf(error) }
    }
  }
}

/** An issuer that cannot be reached is told from a token that is wrong. */
class KeysUnavailable extends Error {}

const fetchKeys: typeof fetch = async (input, init) => {
  let response: Response
  try {
    response = await fetch(input, init)
  } catch (cause) {
    throw new KeysUnavailable('the keys of the issuer cannot be fetched', { cause })
  }
  if (!response.ok) throw new KeysUnavailable(`the issuer answered ${response.status} for its keys`)
  return response
}

const NAMED_REFUSALS: readonly (readonly [new (...args: never[]) => Error, TokenRefusal])[] = [
  [KeysUnavailable, 'identity_unavailable'],
  [errors.JWKSTimeout, 'identity_unavailable'],
  [errors.JWKSInvalid, 'identity_unavailable'],
  [errors.JWTExpired, 'token_expired'],
  [errors.JOSEAlgNotAllowed, 'token_algorithm'],
  [errors.JOSENotSupported, 'token_algorithm'],
  [errors.JWKSNoMatchingKey, 'token_signature'],
  [errors.JWKSMultipleMatchingKeys, 'token_signature'],
  [errors.JWSSignatureVerificationFailed, 'token_signature'],
]

function refusalOf(error: unknown): TokenRefusal {
  for (const [type, refusal] of NAMED_REFUSALS) if (error instanceof type) return refusal
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return 'token_issuer'
    if (error.claim === 'aud') return 'token_audience'
    return 'token_claims'
  }
  return 'token_malformed'
}

function subjectOf(payload: JWTPayload): Subject | undefined {
  const { sub, name, plan, country, roles, exp } = payload
  const knownPlan = PLANS.find((known) => known === plan)
  if (typeof sub !== 'string' || sub === '' || sub.length > 64 || exp === undefined || knownPlan === undefined)
    return undefined
  if (typeof country !== 'string' || !/^[A-Z]{2}$/.test(country)) return undefined
  return {
    accountId: sub,
    name: typeof name === 'string' && name !== '' ? name : sub,
    plan: knownPlan,
    country,
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    expiresAtMs: exp * 1000,
  }
}
