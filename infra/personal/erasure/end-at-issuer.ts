/** Owns what comes before each pass: the account is taken away where it signs in, so that nothing more of it begins. */

import { setTimeout as sleep } from 'node:timers/promises'
import { playsNow } from '../../redis/erase-keys.ts'
import type { Stores } from './erasure.ts'
import { inStore } from './in-store.ts'

/** Gateways close its sockets within seconds, and end what they play. */
const ENDED_WITHIN_MS = 10_000
const LOOK_EVERY_MS = 200

/** @throws {StackProblem} when the issuer does not do it: whoever can sign in is not erased. */
export async function endAtIssuer(
  { issuer, redis }: Stores,
  accountId: string,
  say: (line: string) => void,
): Promise<void> {
  if (issuer === undefined) return
  if (!(await inStore('Issuer', issuer.remove(accountId)))) return say('Issuer: nothing more')
  say('Issuer: the account is gone, and its sign-ins have ended')
  const deadlineMs = Date.now() + ENDED_WITHIN_MS
  while (Date.now() < deadlineMs && (await inStore('Redis', playsNow(redis, accountId)))) await sleep(LOOK_EVERY_MS)
}
