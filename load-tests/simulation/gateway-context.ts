/** Owns the context of a gateway of the fleet: the real parts of it, over the models of what lies behind their ports. */

import { NO_ADS } from '../../gateway/ad-desk.ts'
import { createAdmission } from '../../gateway/admission.ts'
import { type CatalogSource, createCatalog, whileUp } from '../../gateway/catalog.ts'
import { createClock } from '../../gateway/clock.ts'
import type { Context } from '../../gateway/context.ts'
import type { Dependencies } from '../../gateway/dependencies.ts'
import { NONE_ENDED } from '../../gateway/ended-sign-ins.ts'
import { grantPolicyNow, NOTHING } from '../../gateway/grant-policy.ts'
import { hearWord } from '../../gateway/hear-word.ts'
import { keeperEvents } from '../../gateway/keeper-events.ts'
import { leaseEvents } from '../../gateway/lease-events.ts'
import { createLeaseKeeper } from '../../gateway/lease-keeper.ts'
import { BY_CATALOG } from '../../gateway/recommender.ts'
import { createReturns } from '../../gateway/returns.ts'
import { NO_SEARCH } from '../../gateway/search-desk.ts'
import { createSessionKeeper, type KeeperEvents } from '../../gateway/session-keeper.ts'
import { createTickets } from '../../gateway/ticket.ts'
import { createTokenDesk } from '../../gateway/token-desk.ts'
import type { VerifyToken } from '../../gateway/token-verifier.ts'
import { createWaitingRoom } from '../../gateway/waiting-room.ts'
import { PlaybackLogError } from '../../infra/kafka/playback-log.ts'
import { type PlaybackLog, playbackLogOver } from '../../infra/kafka/producer.ts'
import type { AccountStore } from '../../infra/redis/account-store.ts'
import type { SessionStore } from '../../infra/redis/session-store.ts'
import { createDependency, type Dependency } from '../../infra/runtime/dependency.ts'
import { Secret } from '../../infra/runtime/secret.ts'
import { NO_TRACING } from '../../infra/tracing/tracing.ts'
import type { Grant } from '../../protocol/messages/grant.ts'
import { GRANT_POLICY } from '../../session/chunk-window.ts'
import type { KafkaModel } from './kafka-model.ts'
import type { Profile } from './profile.ts'
import type { RedisServer } from './redis-server.ts'
import { NO_METRICS, silentLog } from './silent.ts'
import type { Actor, World } from './world.ts'

/** What a gateway is made of. */
export interface ContextParts {
  readonly world: World
  readonly actor: Actor
  readonly id: string
  readonly profile: Profile
  readonly redis: RedisServer
  readonly kafka: KafkaModel
  readonly tracks: CatalogSource
  readonly verifyToken: VerifyToken
  /** The context of another gateway by its id, and whose its time is, if it lives. */
  readonly other: (id: string) => { readonly actor: Actor; readonly context: Context } | undefined
  /** What a planted fault puts between the gateway and its ports. */
  readonly wrapStore: (store: SessionStore) => SessionStore
  readonly wrapLog: (log: PlaybackLog) => PlaybackLog
  readonly wrapAccounts: (store: AccountStore) => AccountStore
}

/** What is seen of it. */
export interface ContextWitness {
  readonly defect: (what: string) => void
  /** It has signed these addresses, and whoever goes on with the session knows of it: whether they reach the client or not. */
  readonly granted: (grant: Grant) => void
}

export interface FleetContext {
  readonly context: Context
  readonly partRedis: (parted: boolean) => void
  /** What begins and ends with the gateway. */
  readonly dependencies: readonly Dependency[]
}

/** Shared by the gateways of a deployment. */
const TICKET_SECRET = new Secret('a secret of the simulation, 32 bytes or more')
const BUS_DELAY_MS = 2

export function createContext(parts: ContextParts & ContextWitness): FleetContext {
  const { world, actor, id, profile, redis, kafka } = parts
  // Addresses must outlive the time until the next beat.
  const granting = { ...GRANT_POLICY, urlLifeMs: Math.max(GRANT_POLICY.urlLifeMs, 3 * profile.heartbeatIntervalMs) }
  const log = silentLog(parts.defect)
  const timing = {
    heartbeatIntervalMs: profile.heartbeatIntervalMs,
    authenticateWithinMs: 10_000,
    resumeWithinMs: profile.resumeWithinMs,
    leaseMs: profile.leaseMs,
    unsavedGraceMs: 600_000,
  }
  const limits = {
    maxFrameBytes: 65_536,
    maxQueuedBytes: 262_144,
    maxBacklogBytes: 268_435_456,
    maxSockets: 19_000,
    maxMemoryBytes: 1_610_612_736,
    connectsPerSecond: 10_000,
    silentOfAnAddress: 64,
    signInsPerSecond: 1_500,
    signInsOfAnAccount: { perSecond: 1, burst: 64 },
    badTokensOfAnAddress: { perSecond: 10, burst: 100 },
    refreshesPerMinute: 6,
    messages: { perSecond: 50, burst: 250 },
    maxHurried: 100,
    maxErrors: 20,
  }
  const connection = redis.connect(actor, {
    gatewayId: id,
    waitMs: profile.resumeWithinMs,
    leaseMs: profile.leaseMs,
    presenceMs: 3 * profile.heartbeatIntervalMs,
  })
  const { probeEveryMs } = profile
  const dependencies = {
    redis: createDependency('redis', { log, probeEveryMs, probe: connection.probe }),
    kafka: createDependency('kafka', { log, probeEveryMs, probe: () => kafka.probe(actor), isAway: isLogAway }),
    postgres: createDependency('postgres', { log, probeEveryMs, probe: () => parts.tracks.artistTracks('') }),
  }
  // What is asked over HTTP alone is not in the fleet.
  const others = { clickhouse: UNUSED, minio: UNUSED, issuer: UNUSED }
  const keeper = createSessionKeeper({
    store: parts.wrapStore(connection.store),
    redis: dependencies.redis,
    leaseMs: timing.leaseMs,
    metrics: NO_METRICS,
    events: watchedEvents(() => context, parts.granted),
  })
  const leases = createLeaseKeeper({
    store: parts.wrapAccounts(connection.accounts),
    redis: dependencies.redis,
    log,
    leaseMs: timing.leaseMs,
    denyPlans: [],
    metrics: NO_METRICS,
    now: () => context.now(),
    knownRevision: (accountId) => context.deviceLists.get(accountId)?.revision,
    events: leaseEvents(() => context),
  })
  const context: Context = {
    config: { timing, limits },
    log,
    metrics: NO_METRICS,
    dependencies: { ...dependencies, ...others } satisfies Dependencies,
    tokens: createTokenDesk({
      verify: parts.verifyToken,
      isRevoked: () => false,
      badTokens: limits.badTokensOfAnAddress,
      metrics: NO_METRICS,
      now: () => context.now(),
    }),
    endedSignIns: NONE_ENDED,
    admission: createAdmission(limits, () => 0),
    waitingRoom: createWaitingRoom(limits.silentOfAnAddress),
    catalog: createCatalog(whileUp(dependencies.postgres, parts.tracks)),
    ads: NO_ADS,
    search: NO_SEARCH,
    recommender: BY_CATALOG,
    signer: { sign: (key) => key },
    get grantPolicy() {
      return grantPolicyNow(dependencies.redis, timing.unsavedGraceMs) === NOTHING ? NOTHING : granting
    },
    tracing: NO_TRACING,
    playbackLog: parts.wrapLog(playbackLogOver(kafka.client(actor) as Parameters<typeof playbackLogOver>[0], log)),
    keeper,
    leases,
    tickets: createTickets(TICKET_SECRET),
    // A handful of clients is a crowd here: what waits for one must be seen to wait.
    returns: createReturns(() => context, {
      crowd: 0,
      voicesPerSecond: 2,
      settledPerSecond: 100,
      mostQuietMs: profile.heartbeatIntervalMs,
    }),
    gateways: {
      tell: async (to, word) => {
        const other = parts.other(to)
        if (other === undefined) return false
        // Best effort: word by Redis' channel may get lost.
        if (!world.chance(0.05)) world.after(BUS_DELAY_MS, other.actor, () => hearWord(other.context, word))
        return true
      },
    },
    gatewayId: id,
    backlog: { bytes: 0 },
    connections: new Set(),
    announced: [],
    bySession: new Map(),
    byAccount: new Map(),
    deviceLists: new Map(),
    now: createClock(Date.now, () => performance.now()),
    after: (ms, work) => setTimeout(work, ms),
  }

  return { context, partRedis: connection.part, dependencies: Object.values(dependencies) }
}

/** As the real ones; what a session was granted is seen as it is known to be safe. */
function watchedEvents(context: () => Context, granted: ContextWitness['granted']): KeeperEvents {
  const events = keeperEvents(context)
  return {
    ...events,
    send: (held, unsent) => {
      for (const message of unsent.messages) if (!('frame' in message)) granted(message)
      events.send(held, unsent)
    },
  }
}

/** As `infra/kafka/dependency.ts` has it. */
const isLogAway = (error: unknown) => !(error instanceof PlaybackLogError) || error.reason === 'unavailable'

const UNUSED = { isDown: false } as Dependency
