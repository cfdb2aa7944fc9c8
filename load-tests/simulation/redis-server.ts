/** Owns the way to Redis: answers in the order of the calls of one connection, outages, and effects whose answer never comes. */

import type { AccountStore, AccountStoreOptions } from '../../infra/redis/account-store.ts'
import type { SessionStore, SessionStoreOptions } from '../../infra/redis/session-store.ts'
import { AccountModel } from './account-model.ts'
import { RedisModel, storeOver } from './redis-model.ts'
import { Actor, type World } from './world.ts'

/** As `infra/redis/client.ts` has it. */
const COMMAND_TIMEOUT_MS = 2_000
const RECONNECT_MS = 100
const LATENCY_MS = 0.6
/** Part of the answers that come later than their effect. */
const SLOW_ANSWERS = 0.25

interface Call {
  /** @param heard the connection lives: the answer goes back over it */
  readonly apply: (redis: RedisModel, heard: boolean) => void
  readonly refuse: (why: string) => void
  settled: boolean
  /** Done in Redis, whoever hears of it. */
  applied: boolean
  /** Sent a second time after the connection broke: ioredis does that once. */
  again: boolean
}

/** One process' connection. */
class RedisConnection {
  readonly caller: Actor
  readonly underWay = new Set<Call>()
  lastArrivalMs = 0
  lastAnswerMs = 0
  /** A call and its answer belong to one connection: what was on an older one is lost. */
  generation = 0
  /** Nothing passes between this process and Redis. */
  parted = false

  constructor(caller: Actor) {
    this.caller = caller
  }
}

export interface RedisClient {
  readonly store: SessionStore
  readonly accounts: AccountStore
  /** Answers when Redis takes a write. */
  probe(): Promise<unknown>
  part(parted: boolean): void
}

export class RedisServer {
  readonly #world: World
  readonly #actor: Actor
  readonly model: RedisModel
  readonly accounts: AccountModel
  readonly #connections = new Set<RedisConnection>()
  #downUntilMs = 0

  constructor(world: World) {
    this.#world = world
    this.#actor = new Actor('redis')
    // Whole milliseconds, as its scripts have them.
    const now = () => Math.floor(world.nowMs + this.#actor.clockAheadMs)
    this.model = new RedisModel(now)
    this.accounts = new AccountModel(now)
  }

  get actor(): Actor {
    return this.#actor
  }

  connect(caller: Actor, options: SessionStoreOptions & Partial<AccountStoreOptions>): RedisClient {
    const connection = new RedisConnection(caller)
    this.#connections.add(connection)
    return {
      store: storeOver((ask) => this.#call(connection, ask), options),
      accounts: this.#accountsOver(connection, { leaseMs: 0, presenceMs: 0, ...options }),
      probe: async () => {
        // Well, it answers: not worth two events every other second.
        if (!this.#isWell(connection)) await this.#call(connection, () => 'OK')
      },
      part: (parted) => {
        connection.parted = parted
        if (parted) this.#break(connection)
      },
    }
  }

  /**
   * Most answers come with their effect, as one event: whoever died or stood still before the effect never hears of it
   * either way. For the rest, something may come between the two.
   */
  #isQuick({ caller, lastAnswerMs }: RedisConnection): boolean {
    const { nowMs } = this.#world
    return caller.alive && caller.frozen === undefined && lastAnswerMs <= nowMs && !this.#world.chance(SLOW_ANSWERS)
  }

  #isWell(connection: RedisConnection): boolean {
    return !this.#down && this.#actor.frozen === undefined && !connection.parted
  }

  get #down(): boolean {
    return this.#world.nowMs < this.#downUntilMs
  }

  /** The server process stops, and comes back by itself; what it had decided is on disk. */
  stop(forMs: number): void {
    this.#downUntilMs = Math.max(this.#downUntilMs, this.#world.nowMs + forMs)
    for (const connection of this.#connections) this.#break(connection)
  }

  start(): void {
    this.#downUntilMs = 0
  }

  /** It stands still: calls time out, and are done all the same once it goes on. */
  freeze(): void {
    this.#world.freeze(this.#actor)
    for (const connection of this.#connections) for (const call of connection.underWay) this.#timeOut(connection, call)
  }

  thaw(): void {
    this.#world.thaw(this.#actor)
  }

  /** One connection breaks: some calls were done and their answers are lost, and are sent again. */
  breakOne(): void {
    const living = [...this.#connections].filter(({ caller }) => caller.alive)
    if (living.length > 0) this.#break(this.#world.pick(living))
  }

  /** The model answers at once: what it does is done when the call arrives. */
  #accountsOver(connection: RedisConnection, options: AccountStoreOptions): AccountStore {
    const accounts = this.accounts.store(options)
    const ask = async <Answer>(step: () => Promise<Answer>): Promise<Answer> => await this.#call(connection, step)
    return {
      here: (device, fence, limits) => ask(() => accounts.here(device, fence, limits)),
      beat: (device, fence, limits, known) => ask(() => accounts.beat(device, fence, limits, known)),
      play: (device, wish) => ask(() => accounts.play(device, wish)),
      idle: (device, fence) => ask(() => accounts.idle(device, fence)),
      away: (device) => ask(() => accounts.away(device)),
    }
  }

  #call<Answer>(connection: RedisConnection, ask: (redis: RedisModel) => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const world = this.#world
      const { generation } = connection
      const call: Call = {
        settled: false,
        applied: false,
        again: false,
        apply: (redis, heard) => {
          call.applied = true
          const answer = ask(redis)
          const sentOn = connection.generation
          if (heard && !call.settled && this.#isQuick(connection)) {
            call.settled = true
            connection.underWay.delete(call)
            world.actor = connection.caller
            resolve(answer)
            return
          }
          connection.lastAnswerMs = Math.max(connection.lastAnswerMs, world.nowMs + this.#latency())
          world.after(connection.lastAnswerMs - world.nowMs, connection.caller, () => {
            if (call.settled || connection.generation !== sentOn) return
            call.settled = true
            connection.underWay.delete(call)
            resolve(answer)
          })
        },
        refuse: (why) => {
          if (call.settled) return
          call.settled = true
          connection.underWay.delete(call)
          reject(new Error(why))
        },
      }
      connection.underWay.add(call)
      if (this.#actor.frozen !== undefined) this.#timeOut(connection, call)
      this.#send(connection, call, generation)
    })
  }

  #send(connection: RedisConnection, call: Call, generation: number): void {
    const world = this.#world
    if (this.#down || connection.parted) {
      // The connection is refused; one more attempt, then the call fails.
      world.after(2 * RECONNECT_MS, connection.caller, () => {
        if (this.#down || connection.parted) call.refuse('Redis cannot be reached')
        else this.#send(connection, call, connection.generation)
      })
      return
    }
    connection.lastArrivalMs = Math.max(connection.lastArrivalMs, world.nowMs + this.#latency())
    world.after(connection.lastArrivalMs - world.nowMs, this.#actor, () => {
      if (connection.generation === generation && !this.#down) call.apply(this.model, true)
    })
  }

  /** Of what is under way some has arrived: it is done, and nobody hears of it. All of it is sent again, in order. */
  #break(connection: RedisConnection): void {
    const world = this.#world
    const pending = [...connection.underWay]
    const arrived = Math.floor(world.random() * (pending.length + 1))
    if (this.#actor.frozen === undefined) {
      for (const call of pending.slice(0, arrived)) if (!call.applied) call.apply(this.model, false)
    }
    connection.generation += 1
    world.after(RECONNECT_MS, connection.caller, () => {
      for (const call of pending) {
        if (call.settled) continue
        if (call.again) call.refuse('the connection to Redis broke twice')
        else {
          call.again = true
          this.#send(connection, call, connection.generation)
        }
      }
    })
  }

  #timeOut(connection: RedisConnection, call: Call): void {
    this.#world.after(COMMAND_TIMEOUT_MS, connection.caller, () => call.refuse('Redis does not answer'))
  }

  #latency(): number {
    return LATENCY_MS * (0.5 + this.#world.random())
  }
}
