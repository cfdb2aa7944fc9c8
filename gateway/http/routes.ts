/** Owns the table of HTTP routes. */

import type { TemplatedApp } from 'uWebSockets.js'
import type { Logger } from '../../infra/runtime/log.ts'
import type { Metrics } from '../metrics.ts'
import type { Asset } from '../pages/build.ts'
import { SOCKET_PATH } from '../socket-server.ts'
import type { TokenConfig, VerifyToken } from '../token-verifier.ts'
import { type Answer, type Asked, failure, json, route, text } from './answer.ts'
import { createArtistAccounts } from './artist-account.ts'
import { authorized } from './authorize.ts'
import { createDashboard } from './dashboard.ts'

export interface HttpParts {
  readonly log: Logger
  readonly metrics: Metrics
  readonly verifyToken: VerifyToken
  readonly identity: TokenConfig
  /** Where pages may connect to, beside the gateway: the issuer and the store. */
  readonly connectOrigins: readonly string[]
  readonly pages: ReadonlyMap<string, Asset>
  readonly listCatalog: () => Promise<unknown>
  readonly readDashboard: (minutes: number) => Promise<object>
  readonly readArtistAccount: (artistId: string) => Promise<object | undefined>
  /** Why the gateway is not ready, or undefined when it is. */
  readonly notReady: () => string | undefined
}

/** The client id that the issuer knows the pages by. */
const PLAYER_CLIENT_ID = 'segue-player'
const PAGE_SCOPE = 'openid profile offline_access'

export function addHttpRoutes(app: TemplatedApp, parts: HttpParts): void {
  const headers = securityHeaders(parts.connectOrigins)
  const add = (path: string, handler: (asked: Asked) => Answer | Promise<Answer>) =>
    app.get(path, route(handler, parts.log, headers))

  for (const [path, asset] of parts.pages) add(path, (asked) => page(asset, asked))
  add('/healthz', () => text('ok\n'))
  add('/readyz', () => {
    const why = parts.notReady()
    return why === undefined ? text('ready\n') : text(`${why}\n`, '503 Service Unavailable')
  })
  add('/metrics', async () => {
    const body = await parts.metrics.registry.metrics()
    return { status: '200 OK', contentType: parts.metrics.registry.contentType, body }
  })
  add('/api/config', () =>
    json({
      issuer: parts.identity.issuer,
      client_id: PLAYER_CLIENT_ID,
      audience: parts.identity.audience,
      scope: PAGE_SCOPE,
      ws_path: SOCKET_PATH,
    }),
  )
  add(
    '/api/catalog',
    authorized(parts.verifyToken, 'listener', async () => json(await parts.listCatalog())),
  )
  add('/api/dashboard', authorized(parts.verifyToken, 'analyst', createDashboard(parts.readDashboard)))
  add(
    '/api/artists/:artist_id/account',
    authorized(parts.verifyToken, 'analyst', createArtistAccounts(parts.readArtistAccount)),
  )
  add('/*', () => failure('not_found', 'there is nothing at this address'))
}

function page(asset: Asset, asked: Asked): Answer {
  const headers = { etag: asset.etag, 'cache-control': 'no-cache' }
  if (asked.ifNoneMatch === asset.etag) {
    return { status: '304 Not Modified', contentType: asset.contentType, body: '', headers }
  }
  return { status: '200 OK', contentType: asset.contentType, body: asset.body, headers }
}

function securityHeaders(connectOrigins: readonly string[]): Record<string, string> {
  const policy = [
    "default-src 'self'",
    `connect-src 'self' ${connectOrigins.join(' ')}`,
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  }
}
