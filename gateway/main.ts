/** Owns the gateway process: configuration, parts, life. */

import { randomUUID } from 'node:crypto'
import { readArtistAccount } from '../infra/catalog/artist-account.ts'
import { listCatalog } from '../infra/catalog/catalog.ts'
import { createPlayableTracks } from '../infra/catalog/playable-tracks.ts'
import { createClickHouse } from '../infra/clickhouse/client.ts'
import { createPlaybackLog } from '../infra/kafka/producer.ts'
import { createPool } from '../infra/postgres/client.ts'
import { createRedis } from '../infra/redis/client.ts'
import { createSessionStore } from '../infra/redis/session-store.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { runUntilSignal, type Service } from '../infra/runtime/lifecycle.ts'
import { createLogger } from '../infra/runtime/log.ts'
import { GRANT_POLICY } from '../session/chunk-window.ts'
import { createAdmission } from './admission.ts'
import { createCatalog } from './catalog.ts'
import { createClock } from './clock.ts'
import { gatewayConfig } from './config.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { readNamedDashboard } from './dashboard.ts'
import { createFresh } from './fresh.ts'
import { createGatewayBus } from './gateway-bus.ts'
import { createServer } from './gateway-server.ts'
import { createMetrics } from './metrics.ts'
import { createMonitor } from './monitor.ts'
import { buildPages } from './pages/build.ts'
import { loseStream, unseat, voice } from './seat.ts'
import { createSessionKeeper } from './session-keeper.ts'
import { createSigner } from './signer.ts'
import { createTickets } from './ticket.ts'
import { createTokenVerifier } from './token-verifier.ts'
import { createTrouble } from './trouble.ts'

const FRESH_MS = 1_000

const log = createLogger('gateway')

try {
  const config = readEnv(process.env, gatewayConfig)
  const pages = await buildPages()
  const connections = new Set<Connection>()
  const pool = createPool(config.postgres.url, { applicationName: 'segue-gateway', log })
  const clickhouse = createClickHouse(config.clickhouse)
  const redis = createRedis(config.redis, log)
  const playbackLog = createPlaybackLog(config.kafka, 'segue-gateway', log)
  const { url, bucket, accessKey, secretKey, region } = config.minio

  const gatewayId = randomUUID()
  const now = createClock(Date.now, () => performance.now())
  const metrics = createMetrics(() => connections.size)
  const keeper = createSessionKeeper({
    store: createSessionStore(redis, { gatewayId, waitMs: config.timing.resumeWithinMs }),
    leaseMs: config.timing.leaseMs,
    log,
    metrics,
    events: {
      send: (held, messages) => voice(context, held, messages),
      elsewhere: (held) => unseat(context, held.session.who.session_id, held.epoch + 1),
      streamEnded: (held) => loseStream(context, held),
    },
  })
  const bus = createGatewayBus({
    gatewayId,
    redis,
    log,
    taken: (sessionId, epoch) => unseat(context, sessionId, epoch),
  })
  const context: Context = {
    config,
    log,
    metrics,
    logTrouble: createTrouble(log, 'Kafka takes records'),
    verifyToken: createTokenVerifier(config.identity),
    admission: createAdmission(config.limits),
    catalog: createCatalog(createPlayableTracks(pool)),
    signer: createSigner({ bucketUrl: `${url}/${bucket}`, accessKey: accessKey.reveal(), secretKey, region }),
    grantPolicy: GRANT_POLICY,
    playbackLog,
    keeper,
    tickets: createTickets(config.tickets.secret),
    gateways: bus,
    gatewayId,
    connections,
    bySession: new Map(),
    now,
  }

  const stores: Service = {
    name: 'stores',
    async start() {},
    async stop() {
      await playbackLog.flush()
      await keeper.flush()
      await playbackLog.stop()
      await Promise.all([pool.end(), clickhouse.close(), redis.quit().catch(() => redis.disconnect())])
    },
  }
  const catalogPage = createFresh(() => listCatalog(pool), FRESH_MS, now)
  const server = createServer(context, {
    host: config.host,
    port: config.port,
    http: {
      identity: config.identity,
      connectOrigins: [new URL(config.identity.issuer).origin, new URL(url).origin],
      pages,
      // Many who look at once cost one reading.
      listCatalog: () => catalogPage('all'),
      readDashboard: createFresh((minutes) => readNamedDashboard(clickhouse, pool, minutes), FRESH_MS, now),
      readArtistAccount: (artistId) => readArtistAccount(pool, artistId),
    },
  })
  await runUntilSignal([stores, bus, createMonitor(context), server], log)
  // A keep-alive connection of a client, or a server that is away, would hold the process.
  process.exit(0)
} catch (error) {
  log.fatal({ err: error }, 'the gateway cannot run')
  process.exit(1)
}
