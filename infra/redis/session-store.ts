/** Owns sessions in Redis: what any gateway needs to go on with one, and how its stream ends if none does (D4, D8). */

import { readFileSync } from 'node:fs'
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
  /** Takes the session over by the epoch of a ticket. */
  take(sessionId: string, ticketEpoch: number): Promise<TakeResult>
  /** The stream has ended so, and Kafka did not take it: the reaper is to send this. */
  amend(sessionId: string, streamId: string, record: Uint8Array): Promise<void>
  /** The end of the stream is safe in Kafka: its will goes. */
  settle(sessionId: string, streamId: string): Promise<void>
  /** Claims the streams of all sessions whose lease ran out, by the clock of Redis. */
  claim(limitPerShard: number): Promise<ClaimedStream[]>
  settleClaim(claimed: ClaimedStream): Promise<void>
}

export interface SessionStoreOptions {
  readonly gatewayId: string
  /** How long a session waits for a resume after its last save. */
  readonly waitMs: number
}

/** Sessions are spread over the slots of a cluster by these tags; a script touches the keys of one. */
const SHARDS = 16
const LEAST_LEASE_MS = 10_000
/** A reaper that died between claim and Kafka is followed by another one after this. */
const CLAIM_AGAIN_MS = 30_000

const tag = (shard: number) => `{segue:${shard}}`
const leases = (shard: number) => `${tag(shard)}:lease`
const claims = (shard: number) => `${tag(shard)}:claim`
const wills = (shard: number) => `${tag(shard)}:will`
const sessionPrefix = (shard: number) => `${tag(shard)}:session:`
const sessionKey = (sessionId: string) => sessionPrefix(shardOf(sessionId)) + sessionId

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

export function createSessionStore(redis: Redis, { gatewayId, waitMs }: SessionStoreOptions): SessionStore {
  redis.defineCommand('segueSessionSave', { numberOfKeys: 3, lua: script('session-save') })
  redis.defineCommand('segueSessionTake', { numberOfKeys: 2, lua: script('session-take') })
  redis.defineCommand('segueStreamClaim', { numberOfKeys: 3, lua: script('stream-claim') })
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
    async take(sessionId, ticketEpoch) {
      const shard = shardOf(sessionId)
      const answer = await scripts.segueSessionTakeBuffer(
        sessionKey(sessionId),
        leases(shard),
        ticketEpoch,
        gatewayId,
        waitMs,
        LEAST_LEASE_MS,
      )
      const [result, epoch, gateway, ended, state] = answer
      const word = String(result)
      if (word === 'gone' || word === 'used') return { result: word }
      if (!(state instanceof Buffer)) return { result: 'gone' }
      return {
        result: 'taken',
        epoch: Number(epoch),
        gatewayBefore: String(gateway),
        endedStream: String(ended),
        state,
      }
    },
    async amend(sessionId, streamId, record) {
      await redis.hset(wills(shardOf(sessionId)), `${streamId}:record`, bytes(record))
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
            sessionPrefix(shard),
            limitPerShard,
            CLAIM_AGAIN_MS,
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
