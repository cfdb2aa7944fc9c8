/** Owns where Keycloak's accounts are looked after, and as whom, read from the environment. */

import type { EnvReader } from '../runtime/env.ts'
import type { Secret } from '../runtime/secret.ts'

/** Of the client `segue-services`, who may look after people. */
export const SERVICES_SECRET_VARIABLE = 'SEGUE_KEYCLOAK_SERVICES_SECRET'

export interface KeycloakAccountsConfig {
  /** Below `/admin/realms/`. */
  readonly url: string
  readonly secret: Secret
}

/** Undefined: accounts are kept by an issuer that we may not change. */
export function keycloakAccountsConfig(read: EnvReader): KeycloakAccountsConfig | undefined {
  const url = read.optionalUrl('SEGUE_KEYCLOAK_ACCOUNTS_URL', ['http', 'https'])
  return url === undefined ? undefined : { url, secret: read.secret(SERVICES_SECRET_VARIABLE) }
}
