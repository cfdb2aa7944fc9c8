/** Owns one gateway of the fleet: the real one from its sockets to its ports, over the models of what lies behind those. */

import type {
  HttpRequest,
  HttpResponse,
  TemplatedApp,
  us_socket_context_t,
  WebSocket,
  WebSocketBehavior,
} from 'uWebSockets.js'
import { NO_ADS } from '../../gateway/ad-desk.ts'
import { createAdmission } from '../../gateway/admission.ts'
import { type CatalogSource, createCatalog, whileUp } from '../../gateway/catalog.ts'
import { createClock } from '../../gateway/clock.ts'
import type { Connection } from '../../gateway/connection.ts'
import type { Context } from '../../gateway/context.ts'
import type { Dependencies } from '../../gateway/dependencies.ts'
import { drain } from '../../gateway/drain.ts'
import { grantPolicyNow, NOTHING } from '../../gateway/grant-policy.ts'
import { hearWord } from '../../gateway/hear-word.ts'
import { keeperEvents } from '../../gateway/keeper-events.ts'
import { leaseEvents } from '../../gateway/lease-events.ts'
import { createLeaseKeeper } from '../../gateway/lease-keeper.ts'
import type { Metrics } from '../../gateway/metrics.ts'
import { createWatch } from '../../gateway/monitor.ts'
import { createReturns } from '../../gateway/returns.ts'
import { createSessionKeeper, type KeeperEvents } from '../../gateway/session-keeper.ts'
import { addSocketRoute } from '../../gateway/socket-server.ts'
import { createTickets } from '../../gateway/ticket.ts'
import { createTokenDesk } from '../../gateway/token-desk.ts'
import type { VerifyToken } from '../../gateway/token-verifier.ts'
import { createWaitingRoom } from '../../gateway/waiting-room.ts'
import { PlaybackLogError } from '../../infra/kafka/playback-log.ts'
import { type PlaybackLog, playbackLogOver } from '../../infra/kafka/producer.ts'
import type { AccountStore } from '../../infra/redis/account-store.ts'
import type { SessionStore } from '../../infra/redis/session-store.ts'
import { createDependency, type Dependency } from '../../infra/runtime/dependency.ts'
import type { Logger } from '../../infra/runtime/log.ts'
import { Secret } from '../../infra/runtime/secret.ts'
import { decodeDown, encodeMessage } from '../../protocol/codec.ts'
import type { DownMessage } from '../../protocol/messages/down.ts'
import type { Grant } from '../../protocol/messages/grant.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'
import { RESUMING } from '../../protocol/version.ts'
import { GRANT_POLICY } from '../../session/chunk-window.ts'
import type { KafkaModel } from './kafka-model.ts'
import type { Line } from './network.ts'
import type { Profile } from './profile.ts'
import type { RedisServer } from './redis-server.ts'
import type { Actor, World } from './world.ts'

/** What the checker sees of a gateway. */
export interface GatewayWitness {
  heard(gateway: GatewayNode, line: Line, message: UpMessage): void
  said(gateway: GatewayNode, line: Line, message: DownMessage): void
  /** It has signed these addresses, and whoever goes on with the session knows of it: whether they reach the client or not. */
  granted(grant: Grant): void
  died(gateway: GatewayNode): void
  defect(gateway: GatewayNode, what: string): void
}

export interface GatewayParts {
  readonly world: World
  readonly actor: Actor
  readonly id: string
  readonly profile: Profile
  readonly redis: RedisServer
  readonly kafka: KafkaModel
  readonly tracks: CatalogSource
  readonly verifyToken: VerifyToken
  /** Another gateway by its id, if it lives. */
  readonly other: (id: string) => GatewayNode | undefined
  readonly witness: GatewayWitness
  /** What a planted fault puts between the gateway and its ports. */
  readonly wrapStore: (store: SessionStore) => SessionStore
  readonly wrapLog: (log: PlaybackLog) => PlaybackLog
  readonly wrapAccounts: (store: AccountStore) => AccountStore
  readonly alterUp: ((message: UpMessage, open: string | undefined) => UpMessage) | undefined
  readonly alterDown: ((message: DownMessage) => readonly DownMessage[]) | undefined
}

/** Shared by the gateways of a deployment. */
const TICKET_SECRET = new Secret('a secret of the simulation, 32 bytes or more')
const DRAIN_WITHIN_MS = 10_000
const BUS_DELAY_MS = 2
const FULL: null = null
/** One address for all: what the room of a gateway does by address is not in the fleet. */
const LOOPBACK = Uint8Array.of(127, 0, 0, 1).buffer

interface SocketData {
  readonly line: Line
  ended: boolean
}

export class GatewayNode {
  readonly id: string
  readonly actor: Actor
  readonly context: Context
  readonly #world: World
  readonly #witness: GatewayWitness
  readonly #behavior: WebSocketBehavior<Connection>
  readonly #lines = new Set<Line>()
  readonly partRedis: (parted: boolean) => void
  readonly #alterUp: GatewayParts['alterUp']
  readonly #alterDown: GatewayParts['alterDown']
  leaving = false

  constructor(parts: GatewayParts) {
    const { world, actor, id, profile, redis, kafka, witness } = parts
    this.#alterUp = parts.alterUp
    this.#alterDown = parts.alterDown
    this.id = id
    this.actor = actor
    this.#world = world
    this.#witness = witness
    // Addresses must outlive the time until the next beat.
    const granting = { ...GRANT_POLICY, urlLifeMs: Math.max(GRANT_POLICY.urlLifeMs, 3 * profile.heartbeatIntervalMs) }
    const log = silentLog((what) => witness.defect(this, what))
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
    this.partRedis = connection.part
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
      events: this.#keeperEvents(),
    })
    const leases = createLeaseKeeper({
      store: parts.wrapAccounts(connection.accounts),
      redis: dependencies.redis,
      log,
      leaseMs: timing.leaseMs,
      denyPlans: [],
      metrics: NO_METRICS,
      now: () => this.context.now(),
      events: leaseEvents(() => this.context),
    })
    this.context = {
      config: { timing, limits },
      log,
      metrics: NO_METRICS,
      dependencies: { ...dependencies, ...others } satisfies Dependencies,
      tokens: createTokenDesk({
        verify: parts.verifyToken,
        badTokens: limits.badTokensOfAnAddress,
        metrics: NO_METRICS,
        now: () => this.context.now(),
      }),
      admission: createAdmission(limits, () => 0),
      waitingRoom: createWaitingRoom(limits.silentOfAnAddress),
      catalog: createCatalog(whileUp(dependencies.postgres, parts.tracks)),
      ads: NO_ADS,
      signer: { sign: (key) => key },
      get grantPolicy() {
        return grantPolicyNow(dependencies.redis, timing.unsavedGraceMs) === NOTHING ? NOTHING : granting
      },
      playbackLog: parts.wrapLog(playbackLogOver(kafka.client(actor) as Parameters<typeof playbackLogOver>[0], log)),
      keeper,
      leases,
      tickets: createTickets(TICKET_SECRET),
      // A handful of clients is a crowd here: what waits for one must be seen to wait.
      returns: createReturns(() => this.context, {
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
      bySession: new Map(),
      byAccount: new Map(),
      deviceLists: new Map(),
      now: createClock(Date.now, () => performance.now()),
      after: (ms, work) => setTimeout(work, ms),
    }
    this.#behavior = behaviorOf(this.context, () => this.leaving)
    // Its timers are the gateway's own, whoever starts it.
    const before = world.actor
    world.actor = actor
    const { signal } = new AbortController()
    for (const part of Object.values(dependencies)) void part.start(signal)
    const watch = createWatch(this.context, profile.sweepEveryMs)
    watch.rest()
    setInterval(watch.sweep, profile.sweepEveryMs)
    world.actor = before
  }

  #keeperEvents(): KeeperEvents {
    const events = keeperEvents(() => this.context)
    return {
      ...events,
      send: (held, unsent) => {
        for (const message of unsent.messages) if (!('frame' in message)) this.#witness.granted(message)
        events.send(held, unsent)
      },
    }
  }

  get lines(): ReadonlySet<Line> {
    return this.#lines
  }

  /** A client's line arrives. False: refused, as the gateway is leaving or full. */
  accept(line: Line): boolean {
    let connection: Connection | undefined
    const req = {
      getHeader: (name: string) => (name === 'sec-websocket-protocol' ? 'segue.v1.msgpack' : ''),
      getQuery: (name: string) => (name === RESUMING && line.resumes ? '' : undefined),
    }
    const res = {
      upgrade: (data: Connection) => {
        connection = data
      },
      writeStatus: () => res,
      writeHeader: () => res,
      end: () => res,
      getRemoteAddress: () => LOOPBACK,
    }
    this.#behavior.upgrade?.(
      res as unknown as HttpResponse,
      req as unknown as HttpRequest,
      FULL as unknown as us_socket_context_t,
    )
    if (connection === undefined) return false
    const connected = connection
    const socket = this.#socketOf(line, connection)
    this.#lines.add(line)
    line.gatewayEnd = {
      message: (bytes, message) => {
        this.#witness.heard(this, line, message)
        const altered = this.#alterUp?.(message, openStreamOf(connected))
        const heard = altered === undefined ? bytes : encodeMessage(altered, 'msgpack')
        if (typeof heard === 'string') throw new Error('a client of the simulation speaks MessagePack')
        const frame = heard.buffer.slice(heard.byteOffset, heard.byteOffset + heard.byteLength) as ArrayBuffer
        void this.#behavior.message?.(socket, frame, true)
      },
      closed: (code) => {
        this.#lines.delete(line)
        void this.#behavior.close?.(socket, code, new ArrayBuffer(0))
      },
    }
    void this.#behavior.open?.(socket)
    return true
  }

  #socketOf(line: Line, connection: Connection): WebSocket<Connection> {
    const data: SocketData = { line, ended: false }
    const socket = {
      getUserData: () => connection,
      cork: (work: () => void) => work(),
      getBufferedAmount: () => line.unreadBytes,
      send: (bytes: Uint8Array) => {
        const message = decodeDown(bytes, 'msgpack')
        if (message === undefined) throw new Error('the gateway sent what nobody can read')
        for (const altered of this.#alterDown?.(message) ?? [message]) {
          this.#witness.said(this, line, altered)
          line.down(bytes, altered)
        }
        // What uWebSockets.js answers: handed on, or kept until the client reads.
        return line.unreadBytes > 0 ? 0 : 1
      },
      // As uWebSockets.js does it: the handler of `close` runs before `end` returns.
      end: (code: number) => {
        if (data.ended) return
        data.ended = true
        line.end(code)
        this.#lines.delete(line)
        void this.#behavior.close?.(socket as unknown as WebSocket<Connection>, code, new ArrayBuffer(0))
      },
    }
    return socket as unknown as WebSocket<Connection>
  }

  /** SIGKILL. `answered`: the machine lives and resets the lines; else they fall silent. */
  kill(answered: boolean): void {
    this.#world.kill(this.actor)
    this.#witness.died(this)
    for (const line of this.#lines) {
      if (answered) line.reset()
      else line.silence()
    }
    this.#lines.clear()
  }

  /** SIGTERM: moves its players away, then ends. */
  leave(gone: () => void): void {
    this.leaving = true
    const { actor, context } = this
    this.#world.after(0, actor, () => {
      const stop = async () => {
        await drain(context, Date.now() + DRAIN_WITHIN_MS)
        await context.keeper.flush()
        await context.playbackLog.flush()
        await context.keeper.flush()
        this.kill(true)
        gone()
      }
      void stop()
    })
  }
}

function openStreamOf({ state }: Connection): string | undefined {
  if (state.at !== 'ready' || state.held.session.state.at === 'idle') return undefined
  return state.held.session.state.stream.streamId
}

/** As `infra/kafka/dependency.ts` has it. */
const isLogAway = (error: unknown) => !(error instanceof PlaybackLogError) || error.reason === 'unavailable'

const UNUSED = { isDown: false } as Dependency

/** The handlers that the real gateway gives to uWebSockets.js. */
function behaviorOf(context: Context, leaving: () => boolean): WebSocketBehavior<Connection> {
  let behavior: WebSocketBehavior<Connection> | undefined
  const app = {
    ws: (_path: string, handlers: WebSocketBehavior<Connection>) => {
      behavior = handlers
    },
  }
  addSocketRoute(app as unknown as TemplatedApp, context, leaving)
  if (behavior === undefined) throw new Error('the gateway has no socket route')
  return behavior
}

const nothing = () => undefined
const counter = { inc: nothing, observe: nothing, labels: () => counter }
/** Counts nothing: the checker counts. */
const NO_METRICS = new Proxy({} as Metrics, {
  get: (_target, name) => (name === 'frames' ? FRAMES : counter),
})
const FRAMES = new Proxy({}, { get: () => counter })

const DEFECTS = [
  'a frame could not',
  'a track could not',
  'a session could not',
  'a transfer could not',
  'a step of an account',
]

/** A defect is logged at `error` by the handler that caught it; outages are expected. */
function silentLog(defect: (what: string) => void): Logger {
  const log = {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: (details: { err?: unknown }, text: string) => {
      if (DEFECTS.some((begin) => text.startsWith(begin)))
        defect(details.err instanceof Error ? String(details.err.stack) : text)
    },
    child: () => log,
  }
  return log as unknown as Logger
}
