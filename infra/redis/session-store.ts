/** Owns the snapshots of open streams in Redis: how each would end now, and until when its gateway answers for it (D4). */

import { readFileSync } from 'node:fs'
import type { Redis } from './client.ts'

/** What the reaper sends when nobody renews the lease. */
export interface SessionEntry {
  readonly accountId: string
  /** The bytes of a StreamEnded record, ready to send. */
  readonly record: Uint8Array
}

export interface ExpiredSession extends SessionEntry {
  readonly sessionId: string
  /** The expiry that was seen: {@link SessionStore.release} forgets this one alone. */
  readonly leaseExpiryMs: number
}

export interface SessionStore {
  /** Stores the entry and renews its lease to `leaseMs` from now, by the clock of Redis. */
  save(sessionId: string, accountId: string, record: Uint8Array, leaseMs: number): Promise<void>
  /** The session ended in order. */
  remove(sessionId: string): Promise<void>
  /** The entries whose lease ran out, longest ago first, by the clock of Redis. */
  expired(limit: number): Promise<ExpiredSession[]>
  /** Forgets an entry unless its lease was renewed after it was seen. Says whether it did. */
  release(sessionId: string, leaseExpiryMs: number): Promise<boolean>
}

/** The hash tag keeps both in one slot of a Redis Cluster, so that a script may touch them together. */
const LEASES = '{segue:sessions}:lease'
const ENTRIES = '{segue:sessions}:entry'

const script = (name: string) => readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8')

interface Scripts {
  segueSessionSave(
    leases: string,
    entries: string,
    sessionId: string,
    accountId: string,
    record: Buffer,
    leaseMs: number,
  ): Promise<unknown>
  segueSessionExpiredBuffer(leases: string, entries: string, limit: number): Promise<readonly Buffer[]>
  segueSessionRelease(leases: string, entries: string, sessionId: string, leaseExpiryMs: number): Promise<number>
}

export function createSessionStore(redis: Redis): SessionStore {
  redis.defineCommand('segueSessionSave', { numberOfKeys: 2, lua: script('session-save') })
  redis.defineCommand('segueSessionExpired', { numberOfKeys: 2, lua: script('session-expired'), readOnly: true })
  redis.defineCommand('segueSessionRelease', { numberOfKeys: 2, lua: script('session-release') })
  const scripts = redis as unknown as Scripts

  return {
    async save(sessionId, accountId, record, leaseMs) {
      const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength)
      await scripts.segueSessionSave(LEASES, ENTRIES, sessionId, accountId, bytes, leaseMs)
    },
    async remove(sessionId) {
      await redis.multi().zrem(LEASES, sessionId).hdel(ENTRIES, `${sessionId}:account`, `${sessionId}:record`).exec()
    },
    async expired(limit) {
      const flat = await scripts.segueSessionExpiredBuffer(LEASES, ENTRIES, limit)
      const sessions: ExpiredSession[] = []
      for (let i = 0; i + 3 < flat.length; i += 4) {
        const [id, expiry, account, record] = flat.slice(i, i + 4)
        if (id === undefined || expiry === undefined || account === undefined || record === undefined) break
        sessions.push({
          sessionId: id.toString(),
          leaseExpiryMs: Number(expiry.toString()),
          accountId: account.toString(),
          record,
        })
      }
      return sessions
    },
    async release(sessionId, leaseExpiryMs) {
      return (await scripts.segueSessionRelease(LEASES, ENTRIES, sessionId, leaseExpiryMs)) === 1
    },
  }
}
