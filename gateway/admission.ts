/** Owns who is let in when many come at once: bounds on sockets and memory, rates of connections, sign-ins and refreshes. A resume never waits behind a sign-in: each has a measure of its own. */

import { createKeyedBuckets } from './keyed-buckets.ts'
import { type Bucket, fullBucket, type Rate, takeToken } from './token-bucket.ts'
import type { Purpose } from './waiting-room.ts'

export interface AdmissionLimits {
  readonly maxSockets: number
  /** Resident memory of the process, beyond which nobody new is let in. */
  readonly maxMemoryBytes: number
  /** Upgrades a second, of those who sign in and of those who resume; as many may come at once. */
  readonly connectsPerSecond: number
  /** Sign-ins a second, each a check of a signature; as many may come at once. */
  readonly signInsPerSecond: number
  readonly signInsOfAnAccount: Rate
  /** Of one session; as many may come at once. */
  readonly refreshesPerMinute: number
}

/** Why a socket is not opened, as the metric has it, and what the answer says. */
export const NO_ROOM = {
  sockets: 'this gateway is full',
  memory: 'this gateway is short of memory',
  connects: 'too many connect at once',
  handshakes: 'more wait for their sign-in or resume than can be served in time',
} as const
export type NoRoom = keyof typeof NO_ROOM

export interface Admission {
  /** Whether one more socket may open beside `open`, of which `waiting` come for the same and have no session yet: undefined when it may. */
  noRoom(purpose: Purpose, open: number, waiting: number, nowMs: number): NoRoom | undefined
  /** One that waited has its session. */
  served(purpose: Purpose, nowMs: number): void
  /** Takes a place for a sign-in: 0, or how many ms to wait for one. */
  waitForSignInMs(nowMs: number): number
  /** Takes a place for a sign-in of the account: 0, or how many ms to wait for one. */
  waitOfAccountMs(accountId: string, nowMs: number): number
  /** Takes a place for a fresh token of the session: 0, or how many ms to wait for one. */
  waitForRefreshMs(sessionId: string, nowMs: number): number
}

/** So many may wait, however few were served of late. A resume costs a quarter of a millisecond until it is heard and no check of a signature; a gateway that has just started has served none, and all come to it. */
const LEAST_WAITING: Readonly<Record<Purpose, number>> = { sign_in: 1_000, resume: 12_000 }
/** A client gives up a connection that is not served for 15 s, and all that was done for it is lost: more are not let in than that leaves time for. */
const SERVED_WITHIN_S = 8

/** Reading it costs a system call. */
const MEMORY_READ_EVERY_MS = 500

/** What is known of those who come for the same: their upgrades, and how many got their session this second and the one before. */
interface Kind {
  readonly bucket: Bucket
  second: number
  served: number
  servedBefore: number
}

function newKind(connects: Rate): Kind {
  return { bucket: fullBucket(connects, 0), second: 0, served: 0, servedBefore: 0 }
}

function turnTo(kind: Kind, nowMs: number): void {
  const now = Math.floor(nowMs / 1000)
  if (now === kind.second) return
  kind.servedBefore = now === kind.second + 1 ? kind.served : 0
  kind.served = 0
  kind.second = now
}

/** @param memoryBytes the resident memory of the process */
export function createAdmission(limits: AdmissionLimits, memoryBytes: () => number): Admission {
  const { maxSockets, maxMemoryBytes, connectsPerSecond, signInsPerSecond, refreshesPerMinute } = limits
  const connects: Rate = { perSecond: connectsPerSecond, burst: connectsPerSecond }
  const signIns: Rate = { perSecond: signInsPerSecond, burst: signInsPerSecond }
  const kinds: Readonly<Record<Purpose, Kind>> = { sign_in: newKind(connects), resume: newKind(connects) }
  const signInBucket: Bucket = fullBucket(signIns, 0)
  const accounts = createKeyedBuckets(limits.signInsOfAnAccount)
  const sessions = createKeyedBuckets({ perSecond: refreshesPerMinute / 60, burst: refreshesPerMinute })
  let readAtMs = 0
  let bytes = 0
  return {
    served(purpose, nowMs) {
      const kind = kinds[purpose]
      turnTo(kind, nowMs)
      kind.served += 1
    },
    noRoom(purpose, open, waiting, nowMs) {
      if (open >= maxSockets) return 'sockets'
      const kind = kinds[purpose]
      turnTo(kind, nowMs)
      const most = SERVED_WITHIN_S * Math.max(kind.served, kind.servedBefore)
      if (waiting >= Math.max(LEAST_WAITING[purpose], most)) return 'handshakes'
      if (nowMs - readAtMs >= MEMORY_READ_EVERY_MS) {
        readAtMs = nowMs
        bytes = memoryBytes()
      }
      if (bytes >= maxMemoryBytes) return 'memory'
      return takeToken(kind.bucket, connects, nowMs) > 0 ? 'connects' : undefined
    },
    waitForSignInMs: (nowMs) => takeToken(signInBucket, signIns, nowMs),
    waitOfAccountMs: (accountId, nowMs) => accounts.take(accountId, nowMs),
    waitForRefreshMs: (sessionId, nowMs) => sessions.take(sessionId, nowMs),
  }
}
