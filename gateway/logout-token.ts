/** Owns the check of the word of the issuer that a sign-in has ended: a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6). */

import { type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { EndedSignIn } from '../infra/redis/ended-sign-in-store.ts'
import { isRefusedToken, type TokenConfig } from './token-verifier.ts'

export type ReadLogoutToken = (token: string) => Promise<EndedSignIn | undefined>

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/** It is made when it is sent; one that comes again later ends nothing that began since. */
const MOST_AGE_S = 120
const CLOCK_TOLERANCE_S = 5

/** @param clients those of whose sign-ins we are told */
export function createLogoutTokenReader(
  { issuer, algorithms }: Pick<TokenConfig, 'issuer' | 'algorithms'>,
  clients: readonly string[],
  keys: JWTVerifyGetKey,
): ReadLogoutToken {
  const options = {
    issuer,
    audience: [...clients],
    algorithms: [...algorithms],
    clockTolerance: CLOCK_TOLERANCE_S,
    maxTokenAge: MOST_AGE_S,
    typ: 'logout+jwt',
    requiredClaims: ['jti', 'events'],
  }
  /** Undefined: it is no good one. @throws what keeps the keys from being had */
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, options)
      const { sub, sid, events, nonce, iat = 0 } = payload
      if (typeof events !== 'object' || events === null || !Object.hasOwn(events, EVENT) || nonce !== undefined) {
        return undefined
      }
      const ended = { id: typeof sid === 'string' ? sid : '', accountId: sub ?? '', atMs: iat * 1000 }
      return ended.id === '' && ended.accountId === '' ? undefined : ended
    } catch (error) {
      if (isRefusedToken(error)) return undefined
      throw error
    }
  }
}
