/** Owns the gateway process: configuration, parts, life. */

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
import { createCatalog } from './catalog.ts'
import { gatewayConfig } from './config.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { readNamedDashboard } from './dashboard.ts'
import { createServer } from './gateway-server.ts'
import { createMetrics } from './metrics.ts'
import { createMonitor } from './monitor.ts'
import { buildPages } from './pages/build.ts'
import { createSigner } from './signer.ts'
import { createTokenVerifier } from './token-verifier.ts'

const log = createLogger('gateway')

try {
  const config = readEnv(process.env, gatewayConfig)
  const connections = new Set<Connection>()
  const pool = createPool(config.postgres.url, { applicationName: 'segue-gateway', log })
  const clickhouse = createClickHouse(config.clickhouse)
  const redis = createRedis(config.redis, log)
  const playbackLog = createPlaybackLog(config.kafka, 'segue-gateway', log)
  const { url, bucket, accessKey, secretKey, region } = config.minio

  const context: Context = {
    config,
    log,
    metrics: createMetrics(() => connections.size),
    verifyToken: createTokenVerifier(config.identity),
    catalog: createCatalog(createPlayableTracks(pool)),
    signer: createSigner({ bucketUrl: `${url}/${bucket}`, accessKey: accessKey.reveal(), secretKey, region }),
    grantPolicy: GRANT_POLICY,
    playbackLog,
    leases: createSessionStore(redis),
    connections,
    now: Date.now,
  }

  const stores: Service = {
    name: 'stores',
    async start() {},
    async stop() {
      await playbackLog.flush()
      await playbackLog.stop()
      await Promise.all([pool.end(), clickhouse.close(), redis.quit()])
    },
  }
  const server = createServer(context, {
    host: config.host,
    port: config.port,
    http: {
      identity: config.identity,
      connectOrigins: [new URL(config.identity.issuer).origin, new URL(url).origin],
      pages: await buildPages(),
      listCatalog: () => listCatalog(pool),
      readDashboard: (minutes) => readNamedDashboard(clickhouse, pool, minutes),
      readArtistAccount: (artistId) => readArtistAccount(pool, artistId),
    },
  })
  await runUntilSignal([stores, createMonitor(context), server], log)
} catch (error) {
  log.fatal({ err: error }, 'the gateway cannot run')
  process.exitCode = 1
}
