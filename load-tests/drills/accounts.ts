/** Owns the accounts of the listeners of a drill, one each: a stream of its own is what a plan pays for. */

import { type KeyServer, startKeyServer } from '../../infra/issuer/key-server.ts'
import { PLANS } from '../../protocol/vocabulary.ts'

const COUNTRIES = ['DE', 'US', 'JP', 'MX', 'NG', 'SE', 'NL'] as const
const LIVES_S = 3_600

export interface Accounts extends Pick<KeyServer, 'issuer' | 'jwksUrl' | 'stop'> {
  /** A fresh token of the account of that number. */
  token(number: number): Promise<string>
}

export async function startAccounts(): Promise<Accounts> {
  const { issuer, jwksUrl, stop, token } = await startKeyServer()
  return {
    issuer,
    jwksUrl,
    stop,
    token: (number) =>
      token({
        claims: {
          sub: `listener-${number}`,
          plan: PLANS[number % PLANS.length],
          country: COUNTRIES[number % COUNTRIES.length],
        },
        expiresInS: LIVES_S,
      }),
  }
}
