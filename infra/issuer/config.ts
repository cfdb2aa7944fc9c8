/** Owns the configuration of the development issuer: where it listens, what it calls itself, who it serves. */

import type { EnvReader } from '../runtime/env.ts'
import type { Secret } from '../runtime/secret.ts'

export interface IssuerConfig {
  readonly host: string
  readonly port: number
  /** The `iss` claim, and the address that browsers and servers use. */
  readonly url: string
  readonly audience: string
  /** The folder of the signing keys. */
  readonly path: string
  /** Where the pages are served: sign-in returns there, and nowhere else. */
  readonly gatewayOrigin: string
  /** Where a gateway hears by itself that a sign-in has ended. */
  readonly backchannelOrigin: string
  /** Superset, which signs people in here as well. */
  readonly superset: { readonly url: string; readonly clientId: string; readonly clientSecret: Secret }
}

/** Reads the part of the environment that is the issuer's. */
export function issuerConfig(read: EnvReader): IssuerConfig {
  const host = read.text('SEGUE_ISSUER_HOST', '127.0.0.1')
  const port = read.port('SEGUE_ISSUER_PORT', 18_090)
  return {
    host,
    port,
    url: read.url('SEGUE_ISSUER_URL', ['http', 'https'], `http://${host}:${port}`),
    audience: read.text('SEGUE_AUDIENCE', 'segue-gateway'),
    path: read.text('SEGUE_ISSUER_PATH', '.data/issuer'),
    gatewayOrigin: gatewayOrigin(read),
    backchannelOrigin: read.url('SEGUE_BACKCHANNEL_ORIGIN', ['http', 'https'], ownOrigin(read)),
    superset: {
      url: read.url('SEGUE_SUPERSET_URL', ['http', 'https'], 'http://127.0.0.1:18088'),
      clientId: read.text('SEGUE_SUPERSET_CLIENT_ID', 'segue-superset'),
      clientSecret: read.secret('SEGUE_SUPERSET_CLIENT_SECRET'),
    },
  }
}

/** Where the pages are served. */
export function gatewayOrigin(read: EnvReader): string {
  return read.url('SEGUE_GATEWAY_ORIGIN', ['http', 'https'], ownOrigin(read))
}

/** Where a gateway listens, whatever stands before it. */
function ownOrigin(read: EnvReader): string {
  const host = read.text('SEGUE_GATEWAY_HOST', '127.0.0.1')
  const port = read.port('SEGUE_GATEWAY_PORT', 18_080)
  return `http://${host}:${port}`
}
