/** Owns the erasure of an account from Redis: its devices, the sessions it was heard by, its places of advertisements; and from the files that Redis keeps of them. */

import { setTimeout as pause } from 'node:timers/promises'
import { accountKey } from './account-store.ts'
import type { Redis } from './client.ts'
import { SESSION_KEYS, WILL_KEYS } from './session-store.ts'

const PAGE = 500
const LOOK_AGAIN_MS = 100
const WRITTEN_WITHIN_MS = 120_000

/** Whether a stream of the account has not been settled: its end is still to be written to the log. */
export async function playsNow(redis: Redis, accountId: string): Promise<boolean> {
  for (const key of WILL_KEYS) {
    for await (const page of redis.hscanStream(key, { match: '*:account', count: PAGE })) {
      const [...flat] = page as readonly string[]
      if (flat.some((value, at) => at % 2 === 1 && value === accountId)) return true
    }
  }
  return false
}

/** How many keys of which kind; again, none. What goes by itself within minutes is not waited for. */
export async function eraseKeys(redis: Redis, accountId: string): Promise<ReadonlyMap<string, number>> {
  const account = Buffer.from(accountId)
  const found = new Map<string, string[]>([['devices', [accountKey(accountId)]]])
  found.set('advertisements', await keysLike(redis, `segue:ad:*:of:${escaped(accountId)}`))
  const sessions: string[] = []
  for (const key of await keysLike(redis, SESSION_KEYS)) {
    if ((await redis.hgetBuffer(key, 'state'))?.includes(account)) sessions.push(key)
  }
  found.set('sessions', sessions)
  const gone = new Map<string, number>()
  for (const [kind, keys] of found) {
    const count = keys.length === 0 ? 0 : await redis.unlink(...keys)
    if (count > 0) gone.set(kind, count)
  }
  await rewriteFiles(redis)
  return gone
}

async function keysLike(redis: Redis, pattern: string): Promise<string[]> {
  const keys: string[] = []
  for await (const page of redis.scanStream({ match: pattern, count: PAGE })) keys.push(...(page as string[]))
  return keys
}

const escaped = (text: string) => text.replace(/[*?[\]\\^]/g, (sign) => `\\${sign}`)

/** The log of commands and the dump still hold what was deleted, until they are written anew. */
async function rewriteFiles(redis: Redis): Promise<void> {
  const isOn = async (field: string) => new RegExp(`^${field}:1\\r?$`, 'm').test(await redis.info('persistence'))
  const written = async (field: string) => {
    const deadline = Date.now() + WRITTEN_WITHIN_MS
    while (await isOn(field)) {
      if (Date.now() > deadline) throw new Error(`Redis is still at it after ${WRITTEN_WITHIN_MS} ms: ${field}`)
      await pause(LOOK_AGAIN_MS)
    }
  }
  await Promise.all([written('aof_rewrite_in_progress'), written('rdb_bgsave_in_progress')])
  if (await isOn('aof_enabled')) {
    await redis.bgrewriteaof()
    await written('aof_rewrite_scheduled')
    await written('aof_rewrite_in_progress')
  }
  await redis.bgsave()
  await written('rdb_bgsave_in_progress')
}
