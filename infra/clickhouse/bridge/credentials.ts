/** Owns the question who asks: Basic authorization, ClickHouse's headers, or the parameters `user` and `password`. */

import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { BridgeUser } from './config.ts'
import { failure } from './failure.ts'

interface Credentials {
  readonly user: string
  readonly password: string
}

/**
 * The user that a request is from.
 * @throws {Failure} 516 when it is from none.
 */
export function authenticate(
  headers: IncomingHttpHeaders,
  parameters: URLSearchParams,
  users: readonly BridgeUser[],
): BridgeUser {
  const given = credentialsOf(headers, parameters)
  // Every user and both words are compared, so that the time taken tells nothing.
  const fits = users.map(({ name, password }) => {
    const userFits = equal(given.user, name)
    const passwordFits = equal(given.password, password.reveal())
    return userFits && passwordFits
  })
  const user = users[fits.indexOf(true)]
  if (user !== undefined) return user
  throw failure(
    516,
    'AUTHENTICATION_FAILED',
    `${given.user}: Authentication failed: password is incorrect, or there is no user with such name.`,
  )
}

function credentialsOf(headers: IncomingHttpHeaders, parameters: URLSearchParams): Credentials {
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '')?.[1]
  if (basic !== undefined) {
    const text = Buffer.from(basic, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    return colon < 0 ? { user: text, password: '' } : { user: text.slice(0, colon), password: text.slice(colon + 1) }
  }
  return {
    user: single(headers['x-clickhouse-user']) ?? parameters.get('user') ?? 'default',
    password: single(headers['x-clickhouse-key']) ?? parameters.get('password') ?? '',
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

/** Equal length first, by hashing, so that the comparison takes one time for every input. */
function equal(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}
