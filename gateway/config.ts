/** Owns the configuration of the gateway. */

import { clickhouseConfig } from '../infra/clickhouse/config.ts'
import { kafkaConfig } from '../infra/kafka/config.ts'
import { signingConfig } from '../infra/minio/config.ts'
import { opensearchConfig } from '../infra/opensearch/config.ts'
import { postgresConfig } from '../infra/postgres/config.ts'
import { leastListeners } from '../infra/questions/least-listeners.ts'
import { redisConfig } from '../infra/redis/config.ts'
import type { EnvReader } from '../infra/runtime/env.ts'
import { tracingConfig } from '../infra/tracing/tracing.ts'
import { PLANS, type Plan } from '../protocol/vocabulary.ts'
import { trustedProxies } from './trusted-proxies.ts'

export type GatewayConfig = ReturnType<typeof gatewayConfig>

export const gatewayConfig = (read: EnvReader) => {
  const config = sections(read)
  const { heartbeatIntervalMs, leaseMs } = config.timing
  if (leaseMs < 2 * heartbeatIntervalMs) {
    read.refuse('SEGUE_LEASE_MS must be at least twice SEGUE_HEARTBEAT_INTERVAL_MS, or live streams would be ended')
  }
  return config
}

function plansOf(read: EnvReader, name: string): Plan[] {
  return read.list(name, []).flatMap((word) => {
    const plan = PLANS.find((known) => known === word)
    if (plan === undefined) read.refuse(`${name}: there is no plan '${word}', only ${PLANS.join(', ')}`)
    return plan === undefined ? [] : [plan]
  })
}

const sections = (read: EnvReader) => ({
  host: read.text('SEGUE_GATEWAY_HOST', '127.0.0.1'),
  port: read.port('SEGUE_GATEWAY_PORT', 18_080),
  identity: {
    issuer: read.url('SEGUE_ISSUER_URL', ['http', 'https']),
    /** Where its keys are; where its discovery says, unless set. */
    jwksUrl: read.optionalUrl('SEGUE_JWKS_URL', ['http', 'https']),
    audience: read.text('SEGUE_AUDIENCE', 'segue-gateway'),
    /** Signed with a key pair; a shared secret or `none` is never accepted. */
    algorithms: read.list('SEGUE_TOKEN_ALGORITHMS', ['ES256', 'RS256']),
    /** As RFC 9068 has it. */
    tokenType: read.text('SEGUE_TOKEN_TYPE', 'at+jwt'),
    /** What its claims are called; one inside another by dots, as `realm_access.roles`. */
    claims: {
      name: read.text('SEGUE_CLAIM_NAME', 'name'),
      plan: read.text('SEGUE_CLAIM_PLAN', 'plan'),
      country: read.text('SEGUE_CLAIM_COUNTRY', 'country'),
      member: read.text('SEGUE_CLAIM_MEMBER', 'member'),
      roles: read.text('SEGUE_CLAIM_ROLES', 'roles'),
    },
    /** By which the issuer knows the pages. */
    clients: {
      player: read.text('SEGUE_PLAYER_CLIENT_ID', 'segue-player'),
      dashboard: read.text('SEGUE_DASHBOARD_CLIENT_ID', 'segue-dashboard'),
    },
    scope: read.text('SEGUE_SIGN_IN_SCOPE', 'openid profile'),
    /** For how long a sign-in that has ended is remembered: tokens, and sessions that wait, are to be over by then. */
    endedKeptMs: read.integer('SEGUE_ENDED_SIGN_INS_KEPT_MS', { min: 60_000, max: 2_592_000_000, fallback: 7_200_000 }),
  },
  /** Of pages of elsewhere that may open a socket, as https://partner.example. */
  pageOrigins: read.list('SEGUE_PAGE_ORIGINS', []),
  streams: {
    /** Plans whose new stream is denied when all are in use; for the others it takes over. */
    denyPlans: plansOf(read, 'SEGUE_STREAM_DENY_PLANS'),
  },
  addresses: {
    /** Of the keys that hash addresses; the same on every gateway. */
    secret: read.secret('SEGUE_ADDRESS_SECRET'),
    /** `.mmdb` (MaxMind's format) or `.csv`; what one does not know, the next may. */
    geoipFiles: read.list('SEGUE_GEOIP_FILES', []),
    /** Addresses and networks whose word of their clients' addresses is taken (ADR 0025). */
    trustedProxies: trustedProxies(read, 'SEGUE_TRUSTED_PROXIES'),
  },
  ads: {
    /** Of music since the last advertisement, after which the next one is due. */
    everyMs: read.integer('SEGUE_AD_EVERY_MS', { min: 0, max: 86_400_000, fallback: 900_000 }),
    everyTracks: read.integer('SEGUE_AD_EVERY_TRACKS', { min: 1, max: 10_000, fallback: 4 }),
    /** How old the list of campaigns may be. */
    refreshMs: read.integer('SEGUE_AD_REFRESH_MS', { min: 50, max: 600_000, fallback: 5_000 }),
  },
  dashboard: {
    /** Figures of fewer are hidden (ADR 0035). */
    leastListeners: leastListeners(read),
  },
  tickets: { secret: read.secret('SEGUE_TICKET_SECRET') },
  timing: {
    heartbeatIntervalMs: read.integer('SEGUE_HEARTBEAT_INTERVAL_MS', { min: 100, max: 120_000, fallback: 15_000 }),
    authenticateWithinMs: read.integer('SEGUE_AUTHENTICATE_WITHIN_MS', { min: 100, max: 60_000, fallback: 10_000 }),
    /** How long a session waits for a resume after its socket is gone. */
    resumeWithinMs: read.integer('SEGUE_RESUME_WITHIN_MS', { min: 1_000, max: 86_400_000, fallback: 600_000 }),
    /** How long a stream outlives its last heartbeat before the reaper ends it (D5). */
    leaseMs: read.integer('SEGUE_LEASE_MS', { min: 300, max: 600_000, fallback: 45_000 }),
    /** How long music goes on while Redis is away and nothing is saved: then no chunk is granted until it is back (D5). */
    unsavedGraceMs: read.integer('SEGUE_UNSAVED_GRACE_MS', { min: 0, max: 86_400_000, fallback: 600_000 }),
  },
  limits: {
    maxFrameBytes: read.integer('SEGUE_MAX_FRAME_BYTES', { min: 1_024, max: 1_048_576, fallback: 65_536 }),
    /** Bytes that may wait for all clients together: beyond it whoever holds much is given up. */
    maxBacklogBytes: read.integer('SEGUE_MAX_BACKLOG_BYTES', {
      min: 1_048_576,
      max: 17_179_869_184,
      fallback: 268_435_456,
    }),
    /** Bytes that may wait for one client before it is given up as a slow consumer. */
    maxQueuedBytes: read.integer('SEGUE_MAX_QUEUED_BYTES', { min: 16_384, max: 16_777_216, fallback: 262_144 }),
    /** One process may open 20,000 descriptors; stores and HTTP need some of them. */
    maxSockets: read.integer('SEGUE_MAX_SOCKETS', { min: 1, max: 1_000_000, fallback: 19_000 }),
    /** Resident memory beyond which no new socket is let in. */
    maxMemoryBytes: read.integer('SEGUE_MAX_MEMORY_BYTES', {
      min: 67_108_864,
      max: 1_099_511_627_776,
      fallback: 1_610_612_736,
    }),
    /** An upgrade costs about a tenth of a millisecond. */
    connectsPerSecond: read.integer('SEGUE_CONNECTS_PER_SECOND', { min: 1, max: 1_000_000, fallback: 10_000 }),
    /** Silent sockets of one IPv4 address or IPv6 /64 that are let be when there is no room for others. */
    silentOfAnAddress: read.integer('SEGUE_SILENT_SOCKETS_OF_AN_ADDRESS', { min: 1, max: 1_000_000, fallback: 64 }),
    /** Each costs a check of a signature, about a quarter of a millisecond. */
    signInsPerSecond: read.integer('SEGUE_SIGN_INS_PER_SECOND', { min: 1, max: 100_000, fallback: 1_500 }),
    /** At one gateway: as many at once as may have a socket there. */
    signInsOfAnAccount: {
      perSecond: read.integer('SEGUE_SIGN_INS_OF_AN_ACCOUNT_PER_MINUTE', { min: 1, max: 6_000_000, fallback: 60 }) / 60,
      burst: read.integer('SEGUE_SIGN_INS_OF_AN_ACCOUNT_BURST', { min: 1, max: 100_000, fallback: 64 }),
    },
    /** Tokens of one IPv4 address or IPv6 /64 that are looked at though the ones before were bad: each costs a check of a signature. */
    badTokensOfAnAddress: {
      perSecond:
        read.integer('SEGUE_BAD_TOKENS_OF_AN_ADDRESS_PER_MINUTE', { min: 1, max: 6_000_000, fallback: 600 }) / 60,
      burst: read.integer('SEGUE_BAD_TOKENS_OF_AN_ADDRESS_BURST', { min: 1, max: 100_000, fallback: 100 }),
    },
    /** Of one session; as many may come at once. */
    refreshesPerMinute: read.integer('SEGUE_REFRESHES_PER_MINUTE', { min: 1, max: 6_000, fallback: 6 }),
    /** Refused messages in one session before it is closed. */
    maxErrors: read.integer('SEGUE_MAX_ERRORS', { min: 1, max: 10_000, fallback: 20 }),
    /** Of one client: a rate, and how many may come at once after a pause. */
    messages: {
      perSecond: read.integer('SEGUE_MESSAGES_PER_SECOND', { min: 1, max: 1_000_000, fallback: 50 }),
      burst: read.integer('SEGUE_MESSAGES_BURST', { min: 1, max: 1_000_000, fallback: 250 }),
    },
    /** Messages above that rate, refused within a minute, before the client is closed. */
    maxHurried: read.integer('SEGUE_MAX_HURRIED', { min: 1, max: 100_000, fallback: 100 }),
  },
  tracing: tracingConfig(read),
  postgres: postgresConfig(read, 'gateway'),
  redis: redisConfig(read),
  kafka: kafkaConfig(read, 'gateway'),
  clickhouse: clickhouseConfig(read),
  minio: signingConfig(read),
  opensearch: opensearchConfig(read),
})
