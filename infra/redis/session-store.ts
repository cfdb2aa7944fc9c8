/** Owns sessions in Redis: what any gateway needs to go on with one, and how its stream ends if none does (D4, D8). */

import { readFileSync } from 'node:fs'
import type { GivenUp } from '../runtime/within.ts'
import type { Redis } from './client.ts'

/** The open stream of a session: how it would end, and until when its gateway answers for it. */
export interface StreamWill {
  readonly streamId: string
  readonly accountId: string
  /** The bytes of a StreamEnded record, ready to send. */
  readonly record: Uint8Array
  readonly leaseMs: number
}

export interface SessionSave {
  readonly sessionId: string
  /** Rises with every take: a gateway with an older one has lost the session. */
  readonly epoch: number
  /** Whether the client has spoken over the socket of this epoch: then its ticket has arrived, and the one before is void. */
  readonly spoken: boolean
  readonly state: Uint8Array
  readonly stream: StreamWill | undefined
}

export type SaveResult = 'saved' | 'elsewhere' | 'ended'

export type TakeResult =
  | { readonly result: 'gone' }
  | { readonly result: 'used' }
  /** Its epoch is not the one that the caller knows, but this. */
  | { readonly result: 'moved'; readonly epoch: number }
  | {
      readonly result: 'taken'
      readonly epoch: number
      /** Who held it until now. */
      readonly gatewayBefore: string
      /** A stream that the reaper has ended, if any. */
      readonly endedStream: string
      readonly state: Uint8Array
    }

export interface ClaimedStream {
  readonly sessionShard: number
  readonly streamId: string
  readonly accountId: string
  readonly record: Uint8Array
}

export interface SessionStore {
  save(save: SessionSave): Promise<SaveResult>
  /** Takes the session over by the epoch of a ticket, if its own is `knownEpoch`: see {@link takeSession}. */
  take(sessionId: string, ticketEpoch: number, knownEpoch: number): Promise<TakeResult>
  /** The state that was saved last, by whoever holds it; undefined when there is none. */
  look(sessionId: string): Promise<Uint8Array | undefined>
  /** The stream has ended so, and Kafka did not take it: the reaper is to send this, though no save ever told of the stream. */
  amend(sessionId: string, will: Omit<StreamWill, 'leaseMs'>): Promise<void>
  /** The end of the stream is safe in Kafka: its will goes. */
  settle(sessionId: string, streamId: string): Promise<void>
  /** Claims the streams of all sessions whose lease ran out, by the clock of Redis. */
  claim(limitPerShard: number): Promise<ClaimedStream[]>
  settleClaim(claimed: ClaimedStream): Promise<void>
}

/**
 * Takes the session, whoever has taken it since the ticket was made. Each try names the epoch that it takes over from, so that
 * one which was given up, and which a hung Redis does later, takes it from nobody who came meanwhile.
 * @param givenUp no further try is made
 */
export async function takeSession(
  store: Pick<SessionStore, 'take'>,
  sessionId: string,
  ticketEpoch: number,
  givenUp?: GivenUp,
): Promise<Exclude<TakeResult, { result: 'moved' }>> {
  let knownEpoch = ticketEpoch
  for (;;) {
    const answer = await store.take(sessionId, ticketEpoch, knownEpoch)
    if (answer.result !== 'moved') return answer
    givenUp?.().throwIfAborted()
    knownEpoch = answer.epoch
  }
}

export interface SessionStoreOptions {
  readonly gatewayId: string
  /** How long a session waits for a resume after its last save. */
  readonly waitMs: number
  /** Of the stream of a session that was taken: so long until its first save. */
  readonly leaseMs?: number
  /** Of the claims. Without it a lease that ran out has run out. */
  readonly patience?: Patience
}

/** When nobody claimed for `gapMs`, Redis may have been away, and gateways get `graceMs` to renew leases before the next claim. */
export interface Patience {
  readonly gapMs: number
  readonly graceMs: number
}

/** Sessions are spread over the slots of a cluster by these tags; a script touches the keys of one. */
const SHARDS = 16
const LEAST_LEASE_MS = 10_000
/** A reaper that died between claim and Kafka is followed by another one after this. */
const CLAIM_AGAIN_MS = 30_000

const tag = (shard: number) => `{segue:${shard}}`
const leases = (shard: number) => `${tag(shard)}:lease`
const claims = (shard: number) => `${tag(shard)}:claim`
const passes = (shard: number) => `${tag(shard)}:pass`
const wills = (shard: number) => `${tag(shard)}:will`
const sessionPrefix = (shard: number) => `${tag(shard)}:session:`
const sessionKey = (sessionId: string) => sessionPrefix(shardOf(sessionId)) + sessionId

/** Of every shard. */
export const WILL_KEYS: readonly string[] = Array.from({ length: SHARDS }, (_, shard) => wills(shard))
/** A pattern that the keys of all sessions have. */
export const SESSION_KEYS = '{segue:*}:session:*'

/** By the last random bits of the UUIDv7. */
function shardOf(sessionId: string): number {
  return Number.parseInt(sessionId.slice(-2), 16) % SHARDS
}

const script = (name: string) => readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8')

interface Scripts {
  segueSessionSave(...args: (string | number | Buffer)[]): Promise<SaveResult>
  segueSessionTakeBuffer(...args: (string | number)[]): Promise<readonly (Buffer | number)[]>
  segueStreamClaimBuffer(...args: (string | number)[]): Promise<readonly Buffer[]>
}

const bytes = (value: Uint8Array) => Buffer.from(value.buffer, value.byteOffset, value.byteLength)

export function createSessionStore(redis: Redis, options: SessionStoreOptions): SessionStore {
  const { gatewayId, waitMs, leaseMs = 0, patience } = options
  redis.defineCommand('segueSessionSave', { numberOfKeys: 3, lua: script('session-save') })
  redis.defineCommand('segueSessionTake', { numberOfKeys: 2, lua: script('session-take') })
  redis.defineCommand('segueStreamClaim', { numberOfKeys: 4, lua: script('stream-claim') })
  const scripts = redis as unknown as Scripts

  const settle = async (shard: number, streamId: string) => {
    await redis
      .multi()
      .zrem(leases(shard), streamId)
      .zrem(claims(shard), streamId)
      .hdel(wills(shard), `${streamId}:session`, `${streamId}:account`, `${streamId}:record`)
      .exec()
  }

  return {
    save({ sessionId, epoch, spoken, state, stream }) {
      const shard = shardOf(sessionId)
      return scripts.segueSessionSave(
        sessionKey(sessionId),
        leases(shard),
        wills(shard),
        epoch,
        gatewayId,
        waitMs,
        spoken ? '1' : '0',
        bytes(state),
        sessionId,
        stream?.streamId ?? '',
        stream?.accountId ?? '',
        stream === undefined ? '' : bytes(stream.record),
        stream?.leaseMs ?? 0,
      )
    },
    async take(sessionId, ticketEpoch, knownEpoch) {
      const shard = shardOf(sessionId)
      const answer = await scripts.segueSessionTakeBuffer(
        sessionKey(sessionId),
        leases(shard),
        ticketEpoch,
        gatewayId,
        waitMs,
        Math.max(LEAST_LEASE_MS, leaseMs),
        knownEpoch,
      )
      const [result, epoch, gateway, ended, state] = answer
      const word = String(result)
      if (word === 'gone' || word === 'used') return { result: word }
      if (word === 'moved') return { result: word, epoch: Number(epoch) }
      if (!(state instanceof Buffer)) return { result: 'gone' }
      return {
        result: 'taken',
        epoch: Number(epoch),
        gatewayBefore: String(gateway),
        endedStream: String(ended),
        state,
      }
    },
    async look(sessionId) {
      return (await redis.hgetBuffer(sessionKey(sessionId), 'state')) ?? undefined
    },
    async amend(sessionId, { streamId, accountId, record }) {
      const shard = shardOf(sessionId)
      const will = [`${streamId}:session`, sessionId, `${streamId}:account`, accountId]
      await redis
        .multi()
        .hset(wills(shard), ...will, `${streamId}:record`, bytes(record))
        // Of a stream that began and ended while Redis was away there is no lease: it has run out.
        .zadd(leases(shard), 'NX', 0, streamId)
        .exec()
    },
    settle: (sessionId, streamId) => settle(shardOf(sessionId), streamId),
    async claim(limitPerShard) {
      const shards = Array.from({ length: SHARDS }, (_, shard) => shard)
      const found = await Promise.all(
        shards.map(async (shard) => {
          const flat = await scripts.segueStreamClaimBuffer(
            leases(shard),
            claims(shard),
            wills(shard),
            passes(shard),
            sessionPrefix(shard),
            limitPerShard,
            CLAIM_AGAIN_MS,
            patience?.gapMs ?? 0,
            patience?.graceMs ?? 0,
          )
          return claimedOf(shard, flat)
        }),
      )
      return found.flat()
    },
    settleClaim: (claimed) => settle(claimed.sessionShard, claimed.streamId),
  }
}

function claimedOf(sessionShard: number, flat: readonly Buffer[]): ClaimedStream[] {
  const streams: ClaimedStream[] = []
  for (let i = 0; i + 2 < flat.length; i += 3) {
    const [streamId, accountId, record] = flat.slice(i, i + 3)
    if (streamId === undefined || accountId === undefined || record === undefined) break
    streams.push({ sessionShard, streamId: streamId.toString(), accountId: accountId.toString(), record })
  }
  return streams
}
