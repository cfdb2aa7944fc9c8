/** Owns the erasure of an account from Redis: the keys that are its own, and what the files of Redis keep of them. */

import { setTimeout as pause } from 'node:timers/promises'
import { ACCOUNT_KINDS, openStreams } from './account-keys.ts'
import type { Redis } from './client.ts'
import { WILL_KEYS } from './session-store.ts'

const LOOK_AGAIN_MS = 100
const WRITTEN_WITHIN_MS = 120_000

/** Whether a stream of the account has not been settled: its end is still to be written to the log. */
export async function playsNow(redis: Redis, accountId: string): Promise<boolean> {
  for (const key of WILL_KEYS) if ((await openStreams(redis, key, accountId)).length > 0) return true
  return false
}

/** Whether {@link eraseKeys} would find anything. */
export async function hasKeys(redis: Redis, accountId: string): Promise<boolean> {
  for (const { keys } of Object.values(ACCOUNT_KINDS))
    if (((await keys?.(redis, accountId)) ?? []).length > 0) return true
  return false
}

/** How many keys of which kind; again, none. What goes by itself within minutes is not waited for. */
export async function eraseKeys(redis: Redis, accountId: string): Promise<ReadonlyMap<string, number>> {
  const gone = new Map<string, number>()
  for (const [kind, { keys }] of Object.entries(ACCOUNT_KINDS)) {
    const found = (await keys?.(redis, accountId)) ?? []
    const count = found.length === 0 ? 0 : await redis.unlink(...found)
    if (count > 0) gone.set(kind, count)
  }
  await rewriteFiles(redis)
  return gone
}

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
