/** Owns a gateway in this process: its dispatch, handlers and core as they are, its sockets and servers behind their ports. */

import { NO_ADS } from '../../gateway/ad-desk.ts'
import { createAdmission } from '../../gateway/admission.ts'
import { createCatalog } from '../../gateway/catalog.ts'
import { gatewayConfig } from '../../gateway/config.ts'
import type { Connection } from '../../gateway/connection.ts'
import type { Context } from '../../gateway/context.ts'
import type { Dependencies } from '../../gateway/dependencies.ts'
import { NONE_ENDED } from '../../gateway/ended-sign-ins.ts'
import { hearWord } from '../../gateway/hear-word.ts'
import { keeperEvents } from '../../gateway/keeper-events.ts'
import { leaseEvents } from '../../gateway/lease-events.ts'
import { createLeaseKeeper } from '../../gateway/lease-keeper.ts'
import { createMetrics } from '../../gateway/metrics.ts'
import { BY_CATALOG } from '../../gateway/recommender.ts'
import { createReturns, RETURNS_PACE } from '../../gateway/returns.ts'
import { NO_SEARCH } from '../../gateway/search-desk.ts'
import { createSessionKeeper } from '../../gateway/session-keeper.ts'
import { createSigner } from '../../gateway/signer.ts'
import { createTickets } from '../../gateway/ticket.ts'
import { createWaitingRoom } from '../../gateway/waiting-room.ts'
import { createDependency, DEPENDENCIES, type DependencyName } from '../../infra/runtime/dependency.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import type { Logger } from '../../infra/runtime/log.ts'
import { NO_TRACING } from '../../infra/tracing/tracing.ts'
import { GRANT_POLICY } from '../../session/chunk-window.ts'
import { AccountModel } from '../simulation/account-model.ts'
import { catalogSource, issuer, playbackLog, sessionStore } from './fakes.ts'

/** The time of the golden examples. */
export const BEGINS_AT_MS = 1_790_000_000_000
const TOKEN_LIVES_MS = 3_600_000
/** Of the model of Redis, which then begins anew. */
const SAVES_EACH = 5_000

/** Nobody listens there, and nothing asks. */
const NOWHERE = {
  SEGUE_ISSUER_URL: 'http://127.0.0.1:9',
  SEGUE_JWKS_URL: 'http://127.0.0.1:9',
  SEGUE_TICKET_SECRET: 'of the bench',
  SEGUE_SIGN_INS_OF_AN_ACCOUNT_PER_MINUTE: '6000000',
  SEGUE_SIGN_INS_OF_AN_ACCOUNT_BURST: '100000',
  SEGUE_ADDRESS_SECRET: 'of the bench',
  SEGUE_POSTGRES_GATEWAY_URL: 'postgres://127.0.0.1:9/bench',
  SEGUE_REDIS_URL: 'redis://127.0.0.1:9',
  SEGUE_KAFKA_BROKERS: '127.0.0.1:9',
  SEGUE_KAFKA_SASL: 'none',
  SEGUE_CLICKHOUSE_URL: 'http://127.0.0.1:9',
  SEGUE_CLICKHOUSE_PASSWORD: 'bench',
  SEGUE_MINIO_URL: 'http://127.0.0.1:9',
  SEGUE_MINIO_GATEWAY_ACCESS_KEY: 'bench',
  SEGUE_MINIO_GATEWAY_SECRET_KEY: 'bench',
}

export interface BenchGateway {
  readonly context: Context
  /** Time that passes only when it is told to. */
  readonly clock: { nowMs: number }
  /** Who signs in now: all at once are one account, so that its devices hear of each other. */
  readonly account: { id: string }
  /** What the gateway has under way is done. */
  settle(): Promise<void>
}

export function createBenchGateway(random: () => number, log: Logger): BenchGateway {
  const { timing, limits } = readEnv(NOWHERE, gatewayConfig)
  const clock = { nowMs: BEGINS_AT_MS }
  const account = { id: 'acct-0' }
  const connections = new Set<Connection>()
  const backlog = { bytes: 0 }
  const names = Object.keys(DEPENDENCIES) as DependencyName[]
  const dependencies = Object.fromEntries(
    names.map((name) => [name, createDependency(name, { log, probe: async () => undefined })]),
  ) as Dependencies
  const metrics = createMetrics(() => ({
    sockets: connections.size,
    mostSockets: limits.maxSockets,
    backlogBytes: backlog.bytes,
    get unsaved() {
      return keeper.unsaved
    },
  }))
  const keeper = createSessionKeeper({
    store: sessionStore(() => clock.nowMs, SAVES_EACH),
    redis: dependencies.redis,
    leaseMs: timing.leaseMs,
    metrics,
    events: keeperEvents(() => context),
  })
  const { tickets, minio } = readEnv(NOWHERE, gatewayConfig)
  const { leaseMs, heartbeatIntervalMs } = timing
  const accounts = new AccountModel(() => clock.nowMs)
  const leases = createLeaseKeeper({
    store: accounts.store({ gatewayId: 'bench', leaseMs, presenceMs: 3 * heartbeatIntervalMs }),
    redis: dependencies.redis,
    log,
    leaseMs,
    denyPlans: [],
    metrics,
    now: () => clock.nowMs,
    knownRevision: (accountId) => context.deviceLists.get(accountId)?.revision,
    events: leaseEvents(() => context),
  })
  const context: Context = {
    config: { timing, limits },
    log,
    metrics,
    dependencies,
    tokens: { atSight: () => undefined, judge: issuer(account, () => clock.nowMs + TOKEN_LIVES_MS) },
    endedSignIns: NONE_ENDED,
    admission: createAdmission(limits, () => 0),
    waitingRoom: createWaitingRoom(limits.silentOfAnAddress),
    catalog: createCatalog(catalogSource),
    ads: NO_ADS,
    search: NO_SEARCH,
    recommender: BY_CATALOG,
    signer: createSigner({ ...minio, bucketUrl: minio.publicUrl, accessKey: minio.accessKey.reveal() }),
    grantPolicy: GRANT_POLICY,
    playbackLog: playbackLog(random),
    tracing: NO_TRACING,
    returns: createReturns(() => context, { ...RETURNS_PACE, mostQuietMs: heartbeatIntervalMs }),
    keeper,
    leases,
    tickets: createTickets(tickets.secret),
    gateways: {
      tell: async (_gateway, word) => {
        hearWord(context, word)
        return true
      },
    },
    gatewayId: 'bench',
    backlog,
    connections,
    announced: [],
    bySession: new Map(),
    byAccount: new Map(),
    deviceLists: new Map(),
    now: () => clock.nowMs,
    after: (_ms, work) => void setImmediate(work),
  }
  return {
    context,
    clock,
    account,
    async settle() {
      await keeper.flush()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}
