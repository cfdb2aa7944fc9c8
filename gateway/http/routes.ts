/** Owns the table of HTTP routes. */

import type { TemplatedApp } from 'uWebSockets.js'
import type { Logger } from '../../infra/runtime/log.ts'
import type { ClientAddress } from '../client-address.ts'
import type { GatewayConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import type { Metrics } from '../metrics.ts'
import type { Asset } from '../pages/build.ts'
import type { SearchDesk } from '../search-desk.ts'
import { SOCKET_PATH } from '../socket-server.ts'
import type { TokenDesk } from '../token-desk.ts'
import type { Subject } from '../token-verifier.ts'
import { type Answer, type Asked, failure, json, postRoute, route } from './answer.ts'
import { createArtistAccounts } from './artist-account.ts'
import { authorized } from './authorize.ts'
import { type BackchannelLogoutParts, createBackchannelLogout } from './backchannel-logout.ts'
import { createDashboard, createDashboardStream, type Dashboard } from './dashboard.ts'
import { alive, readiness } from './health.ts'
import { createSearch } from './search.ts'
import { createCaseSessions, createSessionTimeline, type Sessions } from './sessions.ts'
import { createCaseList, createCaseMarking, createCaseReading, type SharingCases } from './sharing-cases.ts'

export interface HttpParts {
  readonly log: Logger
  readonly clientAddress: ClientAddress
  readonly metrics: Metrics
  readonly dependencies: Dependencies
  readonly tokens: TokenDesk
  readonly search: SearchDesk
  readonly identity: Pick<GatewayConfig['identity'], 'issuer' | 'audience' | 'clients' | 'scope' | 'claims'>
  readonly logout: BackchannelLogoutParts
  /** The sign-in of a token has ended before it expired. */
  readonly isRevoked: (subject: Subject) => boolean
  /** Where pages may connect to, beside the gateway: the issuer and the store. */
  readonly connectOrigins: readonly string[]
  readonly pages: ReadonlyMap<string, Asset>
  readonly listCatalog: () => Promise<unknown>
  readonly dashboard: Dashboard
  readonly readArtistAccount: (artistId: string) => Promise<object | undefined>
  readonly sharingCases: SharingCases
  readonly sessions: Sessions
  /** Why the gateway is not ready, or undefined when it is. */
  readonly notReady: () => string | undefined
}

export function addHttpRoutes(app: TemplatedApp, parts: HttpParts): void {
  const surroundings = { ...parts, headers: securityHeaders(parts.connectOrigins) }
  const add = (path: string, handler: (asked: Asked) => Answer | Promise<Answer>) =>
    app.get(path, route(handler, surroundings))

  for (const [path, asset] of parts.pages) add(path, (asked) => page(asset, asked))
  add('/healthz', () => alive())
  add('/readyz', () => readiness(parts.notReady(), parts.dependencies))
  add('/metrics', async () => {
    const body = await parts.metrics.registry.metrics()
    return { status: '200 OK', contentType: parts.metrics.registry.contentType, body }
  })
  add('/api/config', () =>
    json({
      issuer: parts.identity.issuer,
      client_id: parts.identity.clients.player,
      dashboard_client_id: parts.identity.clients.dashboard,
      audience: parts.identity.audience,
      scope: parts.identity.scope,
      claims: parts.identity.claims,
      ws_path: SOCKET_PATH,
    }),
  )
  add(
    '/api/catalog',
    authorized(parts.tokens, 'listener', async () => json(await parts.listCatalog())),
  )
  add('/v1/search', authorized(parts.tokens, 'listener', createSearch(parts.search)))
  add('/api/dashboard', authorized(parts.tokens, 'analyst', createDashboard(parts.dashboard)))
  add(
    '/api/dashboard/stream',
    authorized(parts.tokens, 'analyst', createDashboardStream(parts.dashboard, parts.isRevoked)),
  )
  add(
    '/api/artists/:artist_id/account',
    authorized(parts.tokens, 'analyst', createArtistAccounts(parts.readArtistAccount)),
  )
  app.post('/backchannel-logout', postRoute(createBackchannelLogout(parts.logout), surroundings))
  const { sharingCases } = parts
  add('/api/sharing/cases', authorized(parts.tokens, 'analyst', createCaseList(sharingCases)))
  add('/api/sharing/cases/:case_id', authorized(parts.tokens, 'analyst', createCaseReading(sharingCases)))
  add('/api/sharing/cases/:case_id/sessions', authorized(parts.tokens, 'analyst', createCaseSessions(parts.sessions)))
  add('/api/sessions/:session_id', authorized(parts.tokens, 'analyst', createSessionTimeline(parts.sessions)))
  app.post(
    '/api/sharing/cases/:case_id/mark',
    postRoute(authorized(parts.tokens, 'analyst', createCaseMarking(sharingCases)), surroundings),
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
