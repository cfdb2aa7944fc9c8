/** Owns one run: a fleet of gateways, clients and workers over the models, made from a seed, troubled for a time, and then watched coming to rest. */

import { UNKNOWN_SIGN_IN, type VerifyToken } from '../../gateway/token-verifier.ts'
import { playbackLogOver } from '../../infra/kafka/producer.ts'
import type { SessionStore } from '../../infra/redis/session-store.ts'
import type { Logger } from '../../infra/runtime/log.ts'
import { PLANS, type Plan } from '../../protocol/vocabulary.ts'
import { createReaping, patienceOf } from '../../workers/reaper/reaping.ts'
import { ClickHouseBook, RoyaltyBook } from './books.ts'
import { CatalogModel } from './catalog-model.ts'
import { Checker } from './checker.ts'
import { Faults } from './faults.ts'
import { GatewayNode } from './gateway-node.ts'
import { KafkaModel } from './kafka-model.ts'
import { Line } from './network.ts'
import { NO_PLANT, type Plant } from './plants.ts'
import { HONEST, type Manner } from './playhead.ts'
import type { Profile } from './profile.ts'
import { RedisServer } from './redis-server.ts'
import { SimClient } from './sim-client.ts'
import { Actor, type World } from './world.ts'

/** One client in so many says more than it heard, each in its own way. */
const LIARS: readonly Manner[] = [
  { speed: 3, withoutAudio: false },
  { speed: 1, withoutAudio: true },
  { speed: 2, withoutAudio: true },
]
const ONE_LIAR_IN = 8

/** Whose a client is. Who plays on another client of the same account and member takes the stream along. */
interface Owner {
  readonly plan: Plan
  readonly account: string
  readonly member: string
}

/** Of every eight clients three are devices of one listener, three are a duo's, two of them of one member, and the others have an account each. */
function ownerOf(i: number): Owner {
  const eight = Math.floor(i / 8)
  const at = i % 8
  if (at === 1 || at === 2) return { plan: 'duo', account: `duo-${eight}`, member: 'ada' }
  if (at === 3) return { plan: 'duo', account: `duo-${eight}`, member: 'ben' }
  if (at >= 4 && at <= 6) return { plan: 'individual', account: `devices-${eight}`, member: '' }
  return { plan: 'individual', account: `client-${i}`, member: '' }
}

export class Fleet {
  readonly world: World
  readonly profile: Profile
  readonly checker: Checker
  readonly redis: RedisServer
  readonly kafka: KafkaModel
  readonly clickhouse: ClickHouseBook
  readonly royalties: RoyaltyBook
  readonly gateways: GatewayNode[] = []
  readonly clients: SimClient[] = []
  readonly catalog: CatalogModel
  readonly faults: Faults
  readonly #plant: Plant
  /** Clients of one listener: one of them plays at a time. */
  readonly listeners = new Map<string, SimClient[]>()
  #gatewaysMade = 0
  #reaper: Actor | undefined

  constructor(world: World, profile: Profile, traced: string | undefined, plant: Plant = NO_PLANT) {
    this.world = world
    this.profile = profile
    this.#plant = plant
    this.checker = new Checker(world, profile, traced)
    this.faults = new Faults(this)
    this.catalog = new CatalogModel(world, profile)
    this.redis = new RedisServer(world)
    this.redis.model.witness = this.checker
    this.kafka = new KafkaModel(world)
    this.clickhouse = new ClickHouseBook(world)
    this.clickhouse.witness = this.checker
    this.royalties = new RoyaltyBook(world)
    this.kafka.read(this.clickhouse)
    this.kafka.read(this.royalties)
    plant.books?.(this.clickhouse, this.royalties)
    plant.redis?.(this.redis.model)
    this.redis.accounts.witness = this.checker.leases
    plant.accounts?.(this.redis.accounts)
  }

  /** Made while the world's globals hold: ids and chance are the seed's. */
  assemble(): void {
    this.catalog.record()
    for (let i = 0; i < this.profile.gateways; i++) this.addGateway()
    this.startReaper()
    for (let i = 0; i < this.profile.clients; i++) this.#addClient(i)
  }

  addGateway(): void {
    this.#gatewaysMade += 1
    const id = `gateway-${this.#gatewaysMade}`
    const actor = new Actor(id)
    // Clocks are kept by NTP: a few ms apart, and now and then not kept at all.
    actor.clockAheadMs = this.world.chance(0.1) ? this.world.between(-4_000, 4_000) : this.world.between(-30, 30)
    const { world, profile, redis, kafka, checker } = this
    const before = world.actor
    world.actor = actor
    const gateway = new GatewayNode({
      world,
      actor,
      id,
      profile,
      redis,
      kafka,
      tracks: this.catalog.source(actor),
      verifyToken: this.#verifier(actor),
      other: (other) => this.gateways.find((known) => known.id === other && known.actor.alive),
      witness: checker,
      wrapStore: (store) => this.#plant.store?.(noted(store, checker)) ?? noted(store, checker),
      wrapLog: (log) => this.#plant.log?.(log) ?? log,
      wrapAccounts: (store) => this.#plant.accountStore?.(store) ?? store,
      alterUp: this.#plant.up,
      alterDown: this.#plant.down,
    })
    world.actor = before
    this.gateways.push(gateway)
  }

  remove(gateway: GatewayNode): void {
    const at = this.gateways.indexOf(gateway)
    if (at >= 0) this.gateways.splice(at, 1)
  }

  startReaper(): void {
    if (this.#plant.noReaper) return
    const actor = new Actor('reaper')
    this.#reaper = actor
    const { store } = this.redis.connect(actor, {
      gatewayId: 'reaper',
      waitMs: 0,
      patience: patienceOf(this.profile.leaseMs, this.profile.reaperEveryMs),
    })
    const reaping = createReaping({
      store,
      playbackLog: playbackLogOver(this.kafka.client(actor) as Parameters<typeof playbackLogOver>[0], SILENT),
      intervalMs: this.profile.reaperEveryMs,
      worker: 'reaper',
      metrics: { reapedSessions: { inc: () => undefined }, retries: { inc: () => undefined } } as never,
      log: SILENT,
    })
    this.world.after(0, actor, () => reaping.start())
  }

  /** Dies wherever it is, perhaps between claim and record; another one begins later. */
  crashReaper(): void {
    if (this.#reaper !== undefined) this.world.kill(this.#reaper)
    this.world.after(this.world.between(1_000, 60_000), this.world.nature, () => this.startReaper())
  }

  /** The books' workers die over batches with this chance, and read again what they had read. */
  crashBooks(chance: number): void {
    this.clickhouse.crashes = chance
    this.royalties.crashes = chance
    this.kafka.readerCrashes = chance
  }

  /** Nothing is wrong any more, whatever is still under way. */
  calm(): void {
    this.redis.start()
    this.redis.thaw()
    this.kafka.trouble = 'none'
    this.catalog.isDown = false
    this.crashBooks(0)
    for (const gateway of this.gateways) {
      gateway.partRedis(false)
      this.world.thaw(gateway.actor)
    }
    for (const client of this.clients) {
      client.offline = false
      if (client.actor.frozen !== undefined) client.wake()
    }
  }

  /** How long all clients together had a session, or wanted one. */
  get sessionMs(): number {
    return this.clients.reduce((ms, { openMs }) => ms + openMs, 0)
  }

  /** Everybody has left, and what they left behind is ended. */
  close(): void {
    if (!this.kafka.isRead) this.checker.violate('I6', 'the books', 'are not at the end of the log')
    if (this.redis.model.openStreams > 0) {
      this.checker.violate('I6', 'Redis', `has ${this.redis.model.openStreams} streams that nobody ends`)
    }
    this.checker.close(this.clickhouse, this.royalties)
  }

  #addClient(i: number): void {
    const { world } = this
    const actor = new Actor(`client-${i}`)
    actor.clockAheadMs = world.chance(0.2) ? world.between(-7_200_000, 7_200_000) : world.between(-500, 500)
    const manner = i % ONE_LIAR_IN === ONE_LIAR_IN - 1 ? world.pick(LIARS) : HONEST
    const { plan, account, member } = ownerOf(i)
    this.checker.leases.pays(account, plan)
    const client = new SimClient({
      world,
      actor,
      account,
      manner,
      profile: this.profile,
      witness: this.checker,
      connect: (who) => this.#connect(who),
      token: (_account, lifeMs) => `${account} ${Math.floor(world.nowMs + lifeMs)} ${plan} ${member}`,
    })
    this.clients.push(client)
    const listener = `${account} ${member}`
    this.listeners.set(listener, [...(this.listeners.get(listener) ?? []), client])
    world.after(world.random() * this.profile.heartbeatIntervalMs, actor, () => client.open())
  }

  #connect(client: SimClient): Line | undefined {
    const { world } = this
    if (this.gateways.length === 0 || client.offline) return undefined
    const gateway = world.pick(this.gateways)
    // Some lines are far or bad.
    const line = new Line(
      world,
      client.actor,
      gateway.actor,
      world.chance(0.1) ? world.between(100, 600) : world.between(5, 60),
    )
    line.resumes = client.isToResume
    world.after(line.latencyMs, gateway.actor, () => {
      if (!gateway.actor.alive || !gateway.accept(line)) line.refuse()
    })
    if (!gateway.actor.alive) line.refuse()
    return line
  }

  #verifier(actor: Actor): VerifyToken {
    return async (token) => {
      await this.world.wait(this.world.between(0.2, 3), actor)
      const [accountId = '', expiry = '0', plan = '', member = ''] = token.split(' ')
      const expiresAtMs = Number(expiry)
      if (expiresAtMs < this.world.nowMs) return { ok: false, refusal: 'token_expired' }
      const known = PLANS.find((name) => name === plan) ?? 'free'
      const who = { accountId, name: accountId, plan: known, country: 'DE', member, roles: [] }
      return { ok: true, subject: { ...who, expiresAtMs, signIn: UNKNOWN_SIGN_IN } }
    }
  }
}

const nothing = () => undefined
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing } as unknown as Logger

/** The checker is told of every attempt to save. */
function noted(store: SessionStore, checker: Checker): SessionStore {
  return {
    ...store,
    save: (save) => {
      checker.saving(save.sessionId)
      return store.save(save)
    },
  }
}
