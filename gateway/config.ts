/** Owns the configuration of the gateway. */

import { clickhouseConfig } from '../infra/clickhouse/config.ts'
import { kafkaConfig } from '../infra/kafka/config.ts'
import { minioConfig } from '../infra/minio/config.ts'
import { postgresConfig } from '../infra/postgres/config.ts'
import { redisConfig } from '../infra/redis/config.ts'
import type { EnvReader } from '../infra/runtime/env.ts'

export type GatewayConfig = ReturnType<typeof gatewayConfig>

export const gatewayConfig = (read: EnvReader) => {
  const config = sections(read)
  const { heartbeatIntervalMs, leaseMs } = config.timing
  if (leaseMs < 2 * heartbeatIntervalMs) {
    read.refuse('SEGUE_LEASE_MS must be at least twice SEGUE_HEARTBEAT_INTERVAL_MS, or live streams would be ended')
  }
  return config
}

const sections = (read: EnvReader) => ({
  host: read.text('SEGUE_GATEWAY_HOST', '127.0.0.1'),
  port: read.port('SEGUE_GATEWAY_PORT', 18_080),
  identity: {
    issuer: read.url('SEGUE_ISSUER_URL', ['http', 'https']),
    jwksUrl: read.url('SEGUE_JWKS_URL', ['http', 'https']),
    audience: read.text('SEGUE_AUDIENCE', 'segue-gateway'),
    /** Signed with a key pair; a shared secret or `none` is never accepted. */
    algorithms: read.list('SEGUE_TOKEN_ALGORITHMS', ['ES256', 'RS256']),
  },
  tickets: { secret: read.secret('SEGUE_TICKET_SECRET') },
  timing: {
    heartbeatIntervalMs: read.integer('SEGUE_HEARTBEAT_INTERVAL_MS', { min: 100, max: 120_000, fallback: 15_000 }),
    authenticateWithinMs: read.integer('SEGUE_AUTHENTICATE_WITHIN_MS', { min: 100, max: 60_000, fallback: 10_000 }),
    /** How long a stream outlives its last heartbeat before the reaper ends it (D5). */
    /** How long a session waits for a resume after its socket is gone. */
    resumeWithinMs: read.integer('SEGUE_RESUME_WITHIN_MS', { min: 1_000, max: 86_400_000, fallback: 600_000 }),
    leaseMs: read.integer('SEGUE_LEASE_MS', { min: 300, max: 600_000, fallback: 45_000 }),
  },
  limits: {
    maxFrameBytes: read.integer('SEGUE_MAX_FRAME_BYTES', { min: 1_024, max: 1_048_576, fallback: 65_536 }),
    /** Bytes that may wait for one client before it is given up as a slow consumer. */
    maxQueuedBytes: read.integer('SEGUE_MAX_QUEUED_BYTES', { min: 16_384, max: 16_777_216, fallback: 262_144 }),
    /** One process may open 20,000 descriptors; stores and HTTP need some of them. */
    maxSockets: read.integer('SEGUE_MAX_SOCKETS', { min: 1, max: 1_000_000, fallback: 19_000 }),
    /** Each costs a check of a signature, about a quarter of a millisecond. */
    signInsPerSecond: read.integer('SEGUE_SIGN_INS_PER_SECOND', { min: 1, max: 100_000, fallback: 1_500 }),
    /** Refused messages in one session before it is closed. */
    maxErrors: read.integer('SEGUE_MAX_ERRORS', { min: 1, max: 10_000, fallback: 20 }),
  },
  postgres: postgresConfig(read),
  redis: redisConfig(read),
  kafka: kafkaConfig(read),
  clickhouse: clickhouseConfig(read),
  minio: minioConfig(read),
})
