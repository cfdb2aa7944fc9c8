/** Owns where Keycloak's accounts are looked after, and as whom, read from the environment. */

import type { EnvReader } from '../runtime/env.ts'
import type { Secret } from '../runtime/secret.ts'

/** Of the client `segue-services`, who may look after people. */
export const SERVICES_SECRET_VARIABLE = 'SEGUE_KEYCLOAK_SERVICES_SECRET'

const ACCOUNTS_URL_VARIABLE = 'SEGUE_KEYCLOAK_ACCOUNTS_URL'

export interface KeycloakAccountsConfig {
  /** Below `/admin/realms/`. */
  readonly url: string
  readonly secret: Secret
}

/** Undefined: accounts are kept by an issuer that we may not change. */
export function keycloakAccountsConfig(read: EnvReader): KeycloakAccountsConfig | undefined {
  const url = read.optionalUrl(ACCOUNTS_URL_VARIABLE, ['http', 'https'])?.replace(/\/+$/, '')
  if (url === undefined) return undefined
  if (!/\/admin\/realms\/[^/]+$/.test(url))
    read.refuse(`${ACCOUNTS_URL_VARIABLE} does not end as https://id.example.com/admin/realms/segue does`)
  return { url, secret: read.secret(SERVICES_SECRET_VARIABLE) }
}
