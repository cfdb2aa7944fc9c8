/** Owns the keys of the issuer: found by its discovery, fetched when first needed, and again for a key that is new. */

import { setTimeout as wait } from 'node:timers/promises'
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose'

export interface IssuerAddress {
  readonly issuer: string
  /** Where its keys are; undefined: where its discovery says. */
  readonly jwksUrl: string | undefined
}

const FETCH_WITHIN_MS = 5_000
/** A flood of invented key ids asks the issuer at most once in this time. */
const COOLDOWN_MS = 2_000
/** Tokens that may wait for a fetch to be allowed; each holds a few kilobytes. */
const MOST_WAITING = 5_000

/** Too many wait for keys already. */
export class KeysNotAsked extends Error {}

/** Finds the key of a token. The keys are kept for ten minutes, and longer while the issuer is away. */
export function createIssuerKeys(address: IssuerAddress): JWTVerifyGetKey {
  let finding: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined
  let waiting = 0
  const find = () => {
    finding ??= jwksUrlOf(address).then(
      (url) => createRemoteJWKSet(url, { timeoutDuration: FETCH_WITHIN_MS, cooldownDuration: COOLDOWN_MS }),
      (error: unknown) => {
        finding = undefined
        throw error
      },
    )
    return finding
  }
  return async (header, token) => {
    const keys = await find()
    const { coolingDown } = keys
    try {
      return await keys(header, token)
    } catch (error) {
      // Fetched a moment ago, and not again yet: the key may be newer than that.
      if (!(error instanceof errors.JWKSNoMatchingKey) || !coolingDown) throw error
      if (waiting >= MOST_WAITING) throw new KeysNotAsked('too many tokens wait for keys', { cause: error })
    }
    waiting += 1
    try {
      await wait(COOLDOWN_MS)
      return await keys(header, token)
    } finally {
      waiting -= 1
    }
  }
}

async function jwksUrlOf({ issuer, jwksUrl }: IssuerAddress): Promise<URL> {
  if (jwksUrl !== undefined) return new URL(jwksUrl)
  const answer = await fetch(discoveryUrlOf(issuer), { signal: AbortSignal.timeout(FETCH_WITHIN_MS) })
  if (!answer.ok) throw new Error(`the discovery of the issuer answers ${answer.status}`)
  const found = (await answer.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown }
  // OpenID Connect Discovery 1.0, 4.3: else another could pass its keys for those of this issuer.
  if (found.issuer !== issuer) throw new Error(`the discovery of ${issuer} is that of ${String(found.issuer)}`)
  return new URL(String(found.jwks_uri))
}

export const discoveryUrlOf = (issuer: string): string =>
  `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
