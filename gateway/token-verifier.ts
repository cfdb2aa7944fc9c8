/** Owns the check of an access token: a JWT of one issuer for one audience, by the issuer's published keys. */

import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { CloseName } from '../protocol/close-codes.ts'
import { PLANS, type Plan } from '../protocol/vocabulary.ts'

export interface TokenConfig {
  readonly issuer: string
  readonly audience: string
  readonly algorithms: readonly string[]
  /** The `typ` of its header: an id token, or the word of a logout, has another. */
  readonly tokenType: string
  readonly claims: ClaimNames
}

/** Where a token says what: names of claims, those inside others by dots. */
export type ClaimNames = Readonly<Record<'name' | 'plan' | 'country' | 'member' | 'roles', string>>

/** The sign-in that a token is of, as the issuer names it when it ends. */
export interface SignInMark {
  /** '' when the issuer does not say. */
  readonly id: string
  readonly issuedAtMs: number
}

/** Of a session that was saved before sign-ins were told apart. */
export const UNKNOWN_SIGN_IN: SignInMark = Object.freeze({ id: '', issuedAtMs: 0 })

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
  readonly signIn: SignInMark
}

/** Why a token is refused: a row of the table of close codes. */
export type TokenRefusal = Extract<CloseName, `token_${string}` | 'identity_unavailable'>

export type Verdict =
  | { readonly ok: true; readonly subject: Subject }
  | { readonly ok: false; readonly refusal: TokenRefusal }

export type VerifyToken = (token: string) => Promise<Verdict>

/** Clocks of issuer and gateway may differ by this much. */
const CLOCK_TOLERANCE_S = 5

export function createTokenVerifier(config: TokenConfig, keys: JWTVerifyGetKey): VerifyToken {
  const options = {
    issuer: config.issuer,
    audience: config.audience,
    algorithms: [...config.algorithms],
    clockTolerance: CLOCK_TOLERANCE_S,
    typ: config.tokenType,
    requiredClaims: ['exp', 'sub'],
  }
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, options)
      const subject = subjectOf(payload, config.claims)
      return subject === undefined ? { ok: false, refusal: 'token_claims' } : { ok: true, subject }
    } catch (error) {
      return { ok: false, refusal: refusalOf(error) }
    }
  }
}

const NAMED_REFUSALS: readonly (readonly [new (...args: never[]) => Error, TokenRefusal])[] = [
  [errors.JWTExpired, 'token_expired'],
  [errors.JOSEAlgNotAllowed, 'token_algorithm'],
  [errors.JOSENotSupported, 'token_algorithm'],
  [errors.JWKSNoMatchingKey, 'token_signature'],
  [errors.JWKSMultipleMatchingKeys, 'token_signature'],
  [errors.JWSSignatureVerificationFailed, 'token_signature'],
  [errors.JWTInvalid, 'token_malformed'],
  [errors.JWSInvalid, 'token_malformed'],
]

function refusalOf(error: unknown): TokenRefusal {
  for (const [type, refusal] of NAMED_REFUSALS) if (error instanceof type) return refusal
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return 'token_issuer'
    if (error.claim === 'aud') return 'token_audience'
    return 'token_claims'
  }
  // Whatever else goes wrong is between us and the issuer: keys that do not come, or are no keys.
  return 'identity_unavailable'
}

/** False: whatever went wrong is between us and the issuer. */
export const isRefusedToken = (error: unknown): boolean => refusalOf(error) !== 'identity_unavailable'

function subjectOf(payload: JWTPayload, names: ClaimNames): Subject | undefined {
  const { sub, exp, iat, sid } = payload
  const name = claimAt(payload, names.name)
  const plan = claimAt(payload, names.plan)
  const country = claimAt(payload, names.country)
  const member = claimAt(payload, names.member)
  const roles = claimAt(payload, names.roles)
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
    signIn: { id: typeof sid === 'string' ? sid : '', issuedAtMs: (iat ?? 0) * 1000 },
  }
}

/** By own properties alone: a name comes from the configuration, what it leads through from a token. */
function claimAt(payload: JWTPayload, name: string): unknown {
  let value: unknown = payload
  for (const step of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[step]
  }
  return value
}
