/** Owns `POST /backchannel-logout`: the issuer says that a sign-in has ended, and its sockets close. */

import type { EndedSignIns } from '../ended-sign-ins.ts'
import { createKeyedBuckets } from '../keyed-buckets.ts'
import type { ReadLogoutToken } from '../logout-token.ts'
import type { Rate } from '../token-bucket.ts'
import { type Answer, type Asked, failure, json } from './answer.ts'

export interface BackchannelLogoutParts {
  readonly read: ReadLogoutToken
  readonly endedSignIns: Pick<EndedSignIns, 'add'>
  /** How many bad ones an address may send: each costs a check of a signature. */
  readonly badTokens: Rate
  readonly now: () => number
}

export function createBackchannelLogout(parts: BackchannelLogoutParts): (asked: Asked) => Promise<Answer> {
  const { read, endedSignIns, now } = parts
  const owedFor = createKeyedBuckets(parts.badTokens)
  return async ({ body, address }) => {
    const waitMs = owedFor.wait(address, now())
    if (waitMs > 0) return failure('too_many_requests', 'too many tokens from this address were not good', waitMs)
    const token = new URLSearchParams(body).get('logout_token')
    let ended: Awaited<ReturnType<ReadLogoutToken>>
    try {
      ended = token === null ? undefined : await read(token)
    } catch {
      // The probe of the issuer says in the log that it is away.
      return failure('unavailable', 'the keys of the issuer cannot be fetched; try again')
    }
    if (ended === undefined) {
      owedFor.owe(address, now())
      return failure('invalid_message', 'logout_token: a logout token of the issuer for one of our clients')
    }
    endedSignIns.add(ended)
    return { ...json({}), headers: { 'cache-control': 'no-store' } }
  }
}
