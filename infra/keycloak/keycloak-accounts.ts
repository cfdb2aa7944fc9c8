/** Owns the accounts of Keycloak as they are given and taken away: by its admin interface, as the client that may look after people. */

import type { IssuerAccounts } from '../personal/erasure/issuer-accounts.ts'
import type { KeycloakAccountsConfig } from './config.ts'

const CLIENT_ID = 'segue-services'
const WITHIN_MS = 10_000
/** What it keeps of how it works is nobody's own. */
const OWN_FIELDS = ['username', 'firstName', 'lastName', 'email', 'attributes', 'createdTimestamp', 'enabled'] as const

export function createKeycloakAccounts({ url, secret }: KeycloakAccountsConfig): IssuerAccounts {
  const tokenUrl = `${url.replace('/admin/realms/', '/realms/')}/protocol/openid-connect/token`
  const userAt = (accountId: string) => `${url}/users/${encodeURIComponent(accountId)}`

  async function send(address: string, request: RequestInit): Promise<Response> {
    return await fetch(address, { ...request, signal: AbortSignal.timeout(WITHIN_MS) }).catch((cause: unknown) => {
      throw new Error(`Keycloak does not answer at ${new URL(address).host}`, { cause })
    })
  }

  async function ask(what: string, address: string, request: RequestInit): Promise<Response> {
    return accepted(what, await send(address, request))
  }

  /** Undefined: there is no such account. That nothing is where accounts should be is no such answer. */
  async function askOf(
    what: string,
    address: string,
    request: RequestInit & { headers: Record<string, string> },
  ): Promise<Response | undefined> {
    const answer = await send(address, request)
    if (answer.status !== 404) return accepted(what, answer)
    await ask('how many people there are', `${url}/users/count`, { headers: request.headers })
    return undefined
  }

  async function signIn(): Promise<Record<string, string>> {
    const grant = { grant_type: 'client_credentials', client_id: CLIENT_ID, client_secret: secret.reveal() }
    const answer = await ask(`the sign-in of ${CLIENT_ID}`, tokenUrl, {
      method: 'POST',
      body: new URLSearchParams(grant),
    })
    const { access_token: token } = (await answer.json()) as { access_token: string }
    return { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  }

  return {
    async read(accountId) {
      const answer = await askOf('a question', userAt(accountId), { headers: await signIn() })
      if (answer === undefined) return undefined
      const user = (await answer.json()) as Record<string, unknown>
      return Object.fromEntries(OWN_FIELDS.flatMap((name) => (user[name] === undefined ? [] : [[name, user[name]]])))
    },
    async remove(accountId) {
      const user = userAt(accountId)
      const headers = await signIn()
      // First of all, or he signs in again between the end of his sign-ins and that of his account, of which no gateway is told.
      const locked = await askOf('a lock', user, { method: 'PUT', headers, body: JSON.stringify({ enabled: false }) })
      if (locked === undefined) return false
      // Another erasure of the same account may be here first.
      await askOf('the end of sign-ins', `${user}/logout`, { method: 'POST', headers })
      await askOf('a deletion', user, { method: 'DELETE', headers })
      return true
    },
  }
}

function accepted(what: string, answer: Response): Response {
  if (answer.ok) return answer
  throw new Error(`Keycloak answered ${answer.status} to ${what}`)
}
