/** Owns the accounts of Keycloak as an erasure takes them away: by its admin interface, as the client that may look after people. */

import type { IssuerAccounts } from '../personal/erasure/issuer-accounts.ts'
import type { KeycloakAccountsConfig } from './config.ts'

const CLIENT_ID = 'segue-services'
const WITHIN_MS = 10_000

export function createKeycloakAccounts({ url, secret }: KeycloakAccountsConfig): IssuerAccounts {
  const tokenUrl = `${url.replace('/admin/realms/', '/realms/')}/protocol/openid-connect/token`

  async function ask(what: string, address: string, request: RequestInit): Promise<Response> {
    const answer = await fetch(address, { ...request, signal: AbortSignal.timeout(WITHIN_MS) }).catch(
      (cause: unknown) => {
        throw new Error(`Keycloak does not answer at ${new URL(address).host}`, { cause })
      },
    )
    if (answer.ok || answer.status === 404) return answer
    throw new Error(`Keycloak answered ${answer.status} to ${what}`)
  }

  async function signIn(): Promise<string> {
    const grant = { grant_type: 'client_credentials', client_id: CLIENT_ID, client_secret: secret.reveal() }
    const answer = await ask(`the sign-in of ${CLIENT_ID}`, tokenUrl, {
      method: 'POST',
      body: new URLSearchParams(grant),
    })
    return ((await answer.json()) as { access_token: string }).access_token
  }

  return {
    async remove(accountId) {
      const user = `${url}/users/${encodeURIComponent(accountId)}`
      const headers = { authorization: `Bearer ${await signIn()}`, 'content-type': 'application/json' }
      // First of all, or he signs in again between the end of his sign-ins and that of his account, of which no gateway is told.
      const locked = await ask('a lock', user, { method: 'PUT', headers, body: JSON.stringify({ enabled: false }) })
      if (locked.status === 404) return false
      await ask('the end of sign-ins', `${user}/logout`, { method: 'POST', headers })
      await ask('a deletion', user, { method: 'DELETE', headers })
      return true
    },
  }
}
