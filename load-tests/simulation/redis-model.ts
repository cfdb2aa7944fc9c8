/** Owns what Redis holds of sessions, and what its scripts (`infra/redis/*.lua`) do to it, as one value in memory. */

import type {
  ClaimedStream,
  Patience,
  SaveResult,
  SessionSave,
  SessionStore,
  SessionStoreOptions,
  StreamWill,
  TakeResult,
} from '../../infra/redis/session-store.ts'

const LEAST_LEASE_MS = 10_000
const CLAIM_AGAIN_MS = 30_000

interface HeldInRedis {
  epoch: number
  spoken: number
  gateway: string
  state: Uint8Array
  stream: string
  ended: string
  expiresAtMs: number
}

interface Will {
  sessionId: string
  accountId: string
  record: Uint8Array
}

/** Whoever watches what is decided here: the checker. */
export interface RedisWitness {
  saved(sessionId: string, epoch: number, streamId: string): void
  taken(sessionId: string, epoch: number): void
  claimed(streamId: string): void
}

export class RedisModel {
  readonly #now: () => number
  readonly #sessions = new Map<string, HeldInRedis>()
  readonly #leases = new Map<string, number>()
  readonly #claims = new Map<string, number>()
  readonly #wills = new Map<string, Will>()
  #lastPassMs: number | undefined
  #holdUntilMs = 0
  witness: RedisWitness | undefined

  /** @param now the clock of Redis, by which leases run out */
  constructor(now: () => number) {
    this.#now = now
  }

  save(gatewayId: string, waitMs: number, save: SessionSave): SaveResult {
    const { sessionId, epoch, spoken, state, stream } = save
    const held = this.#living(sessionId)
    if (held !== undefined && this.isFenced(held.epoch, epoch)) return 'elsewhere'
    if (stream !== undefined && held?.ended === stream.streamId) return 'ended'
    this.#sessions.set(sessionId, {
      epoch,
      spoken: spoken ? epoch : (held?.spoken ?? 0),
      gateway: gatewayId,
      state: state.slice(),
      stream: stream?.streamId ?? '',
      ended: held?.ended ?? '',
      expiresAtMs: this.#now() + this.waitOf(waitMs),
    })
    if (stream !== undefined) {
      this.#leases.set(stream.streamId, this.#now() + stream.leaseMs)
      this.#wills.set(stream.streamId, { sessionId, accountId: stream.accountId, record: stream.record.slice() })
    }
    this.witness?.saved(sessionId, epoch, stream?.streamId ?? '')
    return 'saved'
  }

  take(
    gatewayId: string,
    waitMs: number,
    leaseMs: number,
    sessionId: string,
    ticketEpoch: number,
    knownEpoch: number,
  ): TakeResult {
    const held = this.#living(sessionId)
    if (held === undefined) return { result: 'gone' }
    if (ticketEpoch > held.epoch || ticketEpoch < held.spoken) return { result: 'used' }
    if (knownEpoch !== held.epoch) return { result: 'moved', epoch: held.epoch }
    const gatewayBefore = held.gateway
    held.epoch += 1
    held.gateway = gatewayId
    held.expiresAtMs = this.#now() + waitMs
    const expiry = this.#leases.get(held.stream)
    if (expiry !== undefined && expiry > this.#now()) {
      this.#leases.set(held.stream, Math.max(expiry, this.#now() + Math.max(LEAST_LEASE_MS, leaseMs)))
    }
    this.witness?.taken(sessionId, held.epoch)
    return { result: 'taken', epoch: held.epoch, gatewayBefore, endedStream: held.ended, state: held.state.slice() }
  }

  look(sessionId: string): Uint8Array | undefined {
    return this.#living(sessionId)?.state
  }

  amend(sessionId: string, { streamId, accountId, record }: Omit<StreamWill, 'leaseMs'>): void {
    this.#wills.set(streamId, { sessionId, accountId, record: record.slice() })
    if (!this.#leases.has(streamId)) this.#leases.set(streamId, 0)
  }

  settle(streamId: string): void {
    this.#leases.delete(streamId)
    this.#claims.delete(streamId)
    this.#wills.delete(streamId)
  }

  claim(limit: number, patience?: Patience): ClaimedStream[] {
    const found: ClaimedStream[] = []
    for (const from of this.#isPatient(patience) ? [this.#claims] : [this.#claims, this.#leases]) {
      for (const streamId of dueOf(from, this.#now()).slice(0, limit)) {
        const will = this.#wills.get(streamId)
        from.delete(streamId)
        if (will === undefined) continue
        this.#claims.set(streamId, this.#now() + CLAIM_AGAIN_MS)
        const held = this.#living(will.sessionId)
        if (held !== undefined) held.ended = streamId
        found.push({ sessionShard: 0, streamId, accountId: will.accountId, record: will.record.slice() })
        this.witness?.claimed(streamId)
      }
    }
    return found
  }

  #isPatient(patience: Patience | undefined): boolean {
    const nowMs = this.#now()
    const gap = patience !== undefined && this.#lastPassMs !== undefined && nowMs - this.#lastPassMs > patience.gapMs
    if (gap) this.#holdUntilMs = nowMs + patience.graceMs
    this.#lastPassMs = nowMs
    return patience !== undefined && nowMs < this.#holdUntilMs
  }

  /** Whether a save with `epoch` comes from a gateway that has lost the session. */
  isFenced(heldEpoch: number, epoch: number): boolean {
    return heldEpoch > epoch
  }

  waitOf(waitMs: number): number {
    return waitMs
  }

  /** What a take would find, for the checker: it takes nothing. */
  peek(sessionId: string): Readonly<HeldInRedis> | undefined {
    return this.#living(sessionId)
  }

  /** Streams that somebody still has to end. */
  get openStreams(): number {
    return this.#wills.size
  }

  #living(sessionId: string): HeldInRedis | undefined {
    const held = this.#sessions.get(sessionId)
    if (held === undefined || held.expiresAtMs > this.#now()) return held
    this.#sessions.delete(sessionId)
    return undefined
  }
}

/** Those whose time has come, the oldest first. */
function dueOf(times: ReadonlyMap<string, number>, nowMs: number): string[] {
  const due: [string, number][] = []
  for (const entry of times) if (entry[1] <= nowMs) due.push(entry)
  return due.sort((x, y) => x[1] - y[1]).map(([streamId]) => streamId)
}

/** How a call reaches the model, and its answer the caller: at once in a test, over a bad network in the fleet. */
export type CallRedis = <Answer>(call: (redis: RedisModel) => Answer) => Promise<Answer>

export function storeOver(call: CallRedis, options: SessionStoreOptions): SessionStore {
  const { gatewayId, waitMs, leaseMs = 0, patience } = options
  return {
    save: (save) => call((redis) => redis.save(gatewayId, waitMs, save)),
    take: (sessionId, ...epochs) => call((redis) => redis.take(gatewayId, waitMs, leaseMs, sessionId, ...epochs)),
    look: (sessionId) => call((redis) => redis.look(sessionId)),
    amend: (sessionId, will) => call((redis) => redis.amend(sessionId, will)),
    settle: (_sessionId, streamId) => call((redis) => redis.settle(streamId)),
    claim: (limit) => call((redis) => redis.claim(limit, patience)),
    settleClaim: ({ streamId }) => call((redis) => redis.settle(streamId)),
  }
}
