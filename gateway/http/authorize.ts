/** Owns who may ask: the bearer token of a request, and the role it must carry. */

import type { TokenDesk } from '../token-desk.ts'
import type { Subject } from '../token-verifier.ts'
import { type Answer, type Asked, failure, type Handler } from './answer.ts'

export type Role = 'listener' | 'analyst'

/** A handler that is only reached with a good token that carries `role`. */
export function authorized(
  tokens: TokenDesk,
  role: Role,
  handler: (asked: Asked, subject: Subject) => Answer | Promise<Answer>,
): Handler {
  return async (asked) => {
    const token = /^Bearer (.+)$/i.exec(asked.authorization)?.[1]
    if (token === undefined) return failure('unauthorized', 'send the access token as `Authorization: Bearer …`')
    const verdict = await tokens.judge(token, asked.address)
    if (!verdict.ok) {
      if (verdict.refusal === 'too_many_requests')
        return failure('too_many_requests', 'too many tokens from this address were not good', verdict.retryAfterMs)
      return verdict.refusal === 'identity_unavailable'
        ? failure('unavailable', 'the keys of the issuer cannot be fetched; try again')
        : failure('unauthorized', verdict.refusal)
    }
    if (!verdict.subject.roles.includes(role)) return failure('forbidden', `this needs the role ${role}`)
    return handler(asked, verdict.subject)
  }
}
