/** Owns Keycloak for the tests that need it: beside the servers of the test stack, in a folder that goes with it; and what its administrator does. */

import { type CodeRequest, signInBy, type Tokens } from '../../issuer/sign-in.ts'
import type { EnvRecord } from '../../stack/env-file.ts'
import { inDataFolder } from '../../stack/folders.ts'
import { startOwnStack } from '../../stack/own-stack.ts'
import { ensureSecrets, type Secrets } from '../../stack/secrets.ts'
import type { Stack } from '../../stack/stack.ts'
import { KEYCLOAK_ADMIN } from '../server.ts'
import { typePassword } from '../type-password.ts'

/** How long a start may take where other programs have the processors. */
export const KEYCLOAK_WITHIN_MS = 420_000

export interface Keycloak {
  readonly issuerUrl: string
  /** Its addresses, and what lets in. */
  readonly env: EnvRecord
  readonly secrets: Secrets
  /** Where its pages are expected to be served. */
  readonly gatewayPort: number
  stop(): Promise<void>
}

export async function startKeycloak(): Promise<Keycloak> {
  return await keycloakOf(await startOwnStack({ source: {}, parts: 'needed', extras: ['keycloak'] }))
}

/** That of a stack that has more. */
export async function keycloakOf(stack: Stack): Promise<Keycloak> {
  return {
    issuerUrl: stack.env.SEGUE_ISSUER_URL ?? '',
    env: stack.env,
    secrets: await ensureSecrets(inDataFolder.secrets(stack.dataDir)),
    gatewayPort: stack.ports.gateway,
    stop: stack.stop,
  }
}

export const signInByPassword = (request: CodeRequest, username: string, password: string): Promise<Tokens> =>
  signInBy(request, typePassword(username, password))

/** Asks Keycloak's admin interface, below the realm. */
export type AskAdmin = (method: string, path: string, body?: object) => Promise<Response>

/** As its administrator, who may all. */
export async function asAdmin({ issuerUrl, secrets }: Keycloak): Promise<AskAdmin> {
  const { origin } = new URL(issuerUrl)
  return asWhoHas(issuerUrl, `${origin}/realms/master/protocol/openid-connect/token`, {
    grant_type: 'password',
    client_id: 'admin-cli',
    username: KEYCLOAK_ADMIN,
    password: secrets.keycloak_admin_password,
  })
}

/** As a service, which may look after people alone. */
export async function asService({ issuerUrl, secrets }: Keycloak): Promise<AskAdmin> {
  return asWhoHas(issuerUrl, `${issuerUrl}/protocol/openid-connect/token`, serviceGrant(secrets))
}

export const serviceGrant = (secrets: Secrets): Record<string, string> => ({
  grant_type: 'client_credentials',
  client_id: 'segue-services',
  client_secret: secrets.keycloak_services_secret,
})

async function asWhoHas(issuerUrl: string, tokenUrl: string, grant: Record<string, string>): Promise<AskAdmin> {
  const answer = await fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(grant) })
  const { access_token } = (await answer.json()) as { access_token: string }
  const realm = issuerUrl.replace('/realms/', '/admin/realms/')
  return (method, path, body) =>
    fetch(`${realm}${path}`, {
      method,
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
}
