/** Owns the gateway process: configuration, parts, life. */

import { randomUUID } from 'node:crypto'
import { readRunningCampaigns } from '../infra/ads/running-campaigns.ts'
import { readArtistAccount } from '../infra/catalog/artist-account.ts'
import { listCatalog } from '../infra/catalog/catalog.ts'
import { createPlayableTracks } from '../infra/catalog/playable-tracks.ts'
import { createClickHouse } from '../infra/clickhouse/client.ts'
import { type DashboardQuery, LIVE_MINUTES } from '../infra/clickhouse/dashboard/dashboard.ts'
import { openGeoIp } from '../infra/geoip/open-geoip.ts'
import { createPlaybackLog } from '../infra/kafka/producer.ts'
import { createOpenSearch } from '../infra/opensearch/client.ts'
import { searchCatalog } from '../infra/opensearch/search-catalog.ts'
import { createPool } from '../infra/postgres/client.ts'
import { createAccountStore } from '../infra/redis/account-store.ts'
import { createAdPlaces } from '../infra/redis/ad-places.ts'
import { createRedis } from '../infra/redis/client.ts'
import { createEndedSignInStore } from '../infra/redis/ended-sign-in-store.ts'
import { createSessionStore } from '../infra/redis/session-store.ts'
import { registerDependencies } from '../infra/runtime/dependency-metrics.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { runUntilSignal, type Service } from '../infra/runtime/lifecycle.ts'
import { createLogger } from '../infra/runtime/log.ts'
import { listCases, markCase, readCase } from '../infra/sharing/cases.ts'
import { openTracing } from '../infra/tracing/open-tracing.ts'
import { createAdDesk } from './ad-desk.ts'
import { createAdmission } from './admission.ts'
import { createCatalog, whileUp } from './catalog.ts'
import { createClientAddress } from './client-address.ts'
import { createClock } from './clock.ts'
import { gatewayConfig } from './config.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { readCaseSessions, readNamedDashboard, readNamedTimeline } from './dashboard.ts'
import { createDependencies } from './dependencies.ts'
import { createEndedSignIns } from './ended-sign-ins.ts'
import { createFresh } from './fresh.ts'
import { createGatewayBus } from './gateway-bus.ts'
import { createServer } from './gateway-server.ts'
import { grantPolicyNow } from './grant-policy.ts'
import { hearWord } from './hear-word.ts'
import { createIssuerKeys } from './issuer-keys.ts'
import { keeperEvents } from './keeper-events.ts'
import { createKept } from './kept.ts'
import { leaseEvents } from './lease-events.ts'
import { createLeaseKeeper } from './lease-keeper.ts'
import { createLiveFeeds } from './live-feeds.ts'
import { createLiveRecommender } from './live-recommender.ts'
import { createLogoutTokenReader } from './logout-token.ts'
import { createMetrics } from './metrics.ts'
import { createMonitor } from './monitor.ts'
import { createNetworkOf } from './network-of.ts'
import { createPageOrigins } from './page-origin.ts'
import { buildPages } from './pages/build.ts'
import { createReturns, RETURNS_PACE } from './returns.ts'
import { closeRevoked } from './revoke.ts'
import { createSearchDesk } from './search-desk.ts'
import { createSessionKeeper } from './session-keeper.ts'
import { createSigner } from './signer.ts'
import { createTickets } from './ticket.ts'
import { createTokenDesk } from './token-desk.ts'
import { createTokenVerifier, type Subject } from './token-verifier.ts'
import { createWaitingRoom } from './waiting-room.ts'

const FRESH_MS = 1_000
const LIVE_EVERY_MS = 1_000
/** Beyond an hour the figures are of rollups, which are built as often. */
const ROLLUPS_EVERY_MS = 5_000
/** Less than that, so that what is pushed next is a new reading. */
const LIVE_FRESH_MS = 800
/** A device is shown for this many heartbeats after its last one. */
const PRESENCE_INTERVALS = 3

/** Whoever types has typed on by then. */
const SEARCH = { requestTimeoutMs: 1_500 }

const log = createLogger('gateway')

try {
  const config = readEnv(process.env, gatewayConfig)
  const pages = await buildPages()
  const connections = new Set<Connection>()
  const pool = createPool(config.postgres.url, { applicationName: 'segue-gateway', log })
  const clickhouse = createClickHouse(config.clickhouse)
  const redis = createRedis(config.redis, log)
  const playbackLog = createPlaybackLog(config.kafka, 'segue-gateway', log)
  const tracing = await openTracing(config.tracing, 'segue-gateway', log)
  const { publicUrl, bucket, accessKey, secretKey, region } = config.minio

  const gatewayId = randomUUID()
  const now = createClock(Date.now, () => performance.now())
  const backlog = { bytes: 0 }
  const metrics = createMetrics(() => ({
    sockets: connections.size,
    mostSockets: config.limits.maxSockets,
    backlogBytes: backlog.bytes,
    get unsaved() {
      return keeper.unsaved
    },
  }))
  const opensearch = config.opensearch.url === undefined ? undefined : createOpenSearch(config.opensearch.url, SEARCH)
  const dependencies = createDependencies({ config, gatewayId, redis, clickhouse, opensearch, log })
  registerDependencies(metrics.registry, 'segue_gateway', Object.values(dependencies))
  const keeper = createSessionKeeper({
    store: createSessionStore(redis, {
      gatewayId,
      waitMs: config.timing.resumeWithinMs,
      leaseMs: config.timing.leaseMs,
    }),
    redis: dependencies.redis,
    leaseMs: config.timing.leaseMs,
    metrics,
    events: keeperEvents(() => context),
  })
  const bus = createGatewayBus({
    gatewayId,
    redis,
    log,
    hear: (word) => hearWord(context, word),
    missed: () => metrics.errors.inc({ error: 'device_away' }),
  })
  const leases = createLeaseKeeper({
    store: createAccountStore(redis, {
      gatewayId,
      leaseMs: config.timing.leaseMs,
      presenceMs: PRESENCE_INTERVALS * config.timing.heartbeatIntervalMs,
    }),
    redis: dependencies.redis,
    log,
    leaseMs: config.timing.leaseMs,
    denyPlans: config.streams.denyPlans,
    metrics,
    now,
    knownRevision: (accountId) => context.deviceLists.get(accountId)?.revision,
    events: leaseEvents(() => context),
  })
  const campaigns = createKept({
    name: 'campaigns',
    first: [],
    read: () => readRunningCampaigns(pool),
    server: dependencies.postgres,
    everyMs: config.ads.refreshMs,
    log,
  })
  const { identity } = config
  const issuerKeys = createIssuerKeys(identity)
  const clients = Object.values(identity.clients)
  const endedSignIns = createEndedSignIns({
    store: createEndedSignInStore(redis, identity.endedKeptMs),
    redis: dependencies.redis,
    keptMs: identity.endedKeptMs,
    log,
    now,
    changed: () => closeRevoked(context),
  })
  const isRevoked = ({ accountId, signIn }: Subject) => endedSignIns.includes(accountId, signIn)
  const recommender = createLiveRecommender({ pool, redis, dependencies, metrics, log })
  const context: Context = {
    config,
    log,
    metrics,
    dependencies,
    tokens: createTokenDesk({
      verify: createTokenVerifier(identity, issuerKeys),
      isRevoked,
      badTokens: config.limits.badTokensOfAnAddress,
      metrics,
      now,
    }),
    endedSignIns,
    admission: createAdmission(config.limits, () => process.memoryUsage.rss()),
    waitingRoom: createWaitingRoom(config.limits.silentOfAnAddress),
    catalog: createCatalog(whileUp(dependencies.postgres, createPlayableTracks(pool))),
    ads: createAdDesk({
      campaigns: () => campaigns.now,
      places: createAdPlaces(redis),
      redis: dependencies.redis,
      pace: config.ads,
      metrics,
      log,
    }),
    search: createSearchDesk({
      searched:
        opensearch === undefined || dependencies.opensearch === undefined
          ? undefined
          : { opensearch: dependencies.opensearch, find: (query) => searchCatalog(opensearch, query) },
      hearsExplicit: recommender.hearsExplicit,
      metrics,
    }),
    recommender,
    signer: createSigner({ bucketUrl: `${publicUrl}/${bucket}`, accessKey: accessKey.reveal(), secretKey, region }),
    get grantPolicy() {
      return grantPolicyNow(dependencies.redis, config.timing.unsavedGraceMs)
    },
    playbackLog,
    tracing,
    keeper,
    leases,
    tickets: createTickets(config.tickets.secret),
    returns: createReturns(() => context, { ...RETURNS_PACE, mostQuietMs: config.timing.heartbeatIntervalMs }),
    gateways: bus,
    gatewayId,
    connections,
    backlog,
    announced: [],
    bySession: new Map(),
    byAccount: new Map(),
    deviceLists: new Map(),
    now,
    after: (ms, work) => setTimeout(work, ms),
  }

  const stores: Service = {
    name: 'stores',
    async start() {},
    async stop() {
      // Saves let records go to Kafka, and what became of those is told to Redis.
      await keeper.flush()
      await playbackLog.flush()
      await keeper.flush()
      await playbackLog.stop()
      await Promise.all([pool.end(), clickhouse.close(), redis.quit().catch(() => redis.disconnect())])
    },
  }
  const { postgres } = dependencies
  const catalogPage = createFresh(() => postgres.ask(() => listCatalog(pool)), FRESH_MS, now)
  const dashboardParts = { dependencies, clickhouse, pool, ...config.dashboard }
  // By text: two queries that say the same are one.
  const freshDashboard = createFresh(
    (query: string) => readNamedDashboard(dashboardParts, JSON.parse(query) as DashboardQuery, now()),
    LIVE_FRESH_MS,
    now,
  )
  const readDashboard = (query: DashboardQuery) => freshDashboard(JSON.stringify(query))
  const live = createLiveFeeds({
    read: readDashboard,
    keyOf: (query) => JSON.stringify(query),
    everyMs: ({ minutes }) => (minutes <= LIVE_MINUTES ? LIVE_EVERY_MS : ROLLUPS_EVERY_MS),
    log,
    metrics,
    now,
  })
  const server = createServer(context, {
    host: config.host,
    port: config.port,
    clientAddress: createClientAddress(config.addresses.trustedProxies),
    mayOpen: createPageOrigins(config.pageOrigins),
    networkOf: createNetworkOf(await openGeoIp(config.addresses.geoipFiles, log), config.addresses.secret),
    http: {
      identity,
      isRevoked,
      logout: {
        read: createLogoutTokenReader(identity, clients, issuerKeys),
        endedSignIns,
        badTokens: config.limits.badTokensOfAnAddress,
        now,
      },
      connectOrigins: [new URL(identity.issuer).origin, new URL(publicUrl).origin],
      pages,
      // Many who look at once cost one reading.
      listCatalog: () => catalogPage('all'),
      dashboard: { read: readDashboard, live },
      readArtistAccount: (artistId) => postgres.ask(() => readArtistAccount(pool, artistId)),
      sessions: {
        timeline: (sessionId) => readNamedTimeline(dashboardParts, sessionId, now()),
        ofCase: (caseId) => readCaseSessions(dashboardParts, caseId, now()),
      },
      sharingCases: {
        list: (status) => postgres.ask(() => listCases(pool, status)),
        read: (caseId) => postgres.ask(() => readCase(pool, caseId)),
        mark: (marking) => postgres.ask(() => markCase(pool, marking)),
      },
    },
  })
  const kept = [endedSignIns, campaigns, ...recommender.services]
  await runUntilSignal(
    [tracing, stores, ...Object.values(dependencies), ...kept, bus, createMonitor(context), server],
    log,
  )
  // A keep-alive connection of a client, or a server that is away, would hold the process.
  process.exit(0)
} catch (error) {
  log.fatal({ err: error }, 'the gateway cannot run')
  process.exit(1)
}
