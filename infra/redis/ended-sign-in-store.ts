/** Owns the sign-ins in Redis that have ended at the issuer before their tokens expired: gateways tell each other so. */

import { readFileSync } from 'node:fs'
import { plainMsgpack } from '../../protocol/plain-msgpack.ts'
import type { Redis } from './client.ts'

export interface EndedSignIn {
  /** As tokens name it in `sid`; '': every one of the account whose tokens were issued by `atMs`. */
  readonly id: string
  readonly accountId: string
  /** By the clock of the issuer. */
  readonly atMs: number
}

export interface EndedSignInStore {
  add(ended: EndedSignIn): Promise<void>
  /** Those that were added after `cursor`, or a little before, and the cursor for next time; 0: all. */
  since(cursor: number): Promise<{ readonly ended: readonly EndedSignIn[]; readonly cursor: number }>
}

const KEY = 'segue:ended-sign-ins'
/** A clock that is set back, or a replica that took over, may put a newer one before an older one. */
const OVERLAP_MS = 30_000

const ADD = readFileSync(new URL('./ended-sign-in-add.lua', import.meta.url), 'utf8')

interface Scripts {
  segueEndedSignInAdd(...args: (string | number | Buffer)[]): Promise<number>
}

export function createEndedSignInStore(redis: Redis, keptMs: number): EndedSignInStore {
  redis.defineCommand('segueEndedSignInAdd', { numberOfKeys: 1, lua: ADD })
  const scripts = redis as unknown as Scripts
  return {
    async add({ id, accountId, atMs }) {
      await scripts.segueEndedSignInAdd(KEY, Buffer.from(plainMsgpack.pack([id, accountId, atMs])), keptMs)
    },
    async since(cursor) {
      const found = await redis.zrangeBuffer(KEY, Math.max(0, cursor - OVERLAP_MS), '+inf', 'BYSCORE', 'WITHSCORES')
      const ended: EndedSignIn[] = []
      let newest = cursor
      for (let at = 0; at + 1 < found.length; at += 2) {
        const [member, score] = [found[at], found[at + 1]]
        if (member === undefined) break
        const [id, accountId, atMs] = plainMsgpack.unpack(member) as [string, string, number]
        ended.push({ id, accountId, atMs })
        newest = Math.max(newest, Number(score))
      }
      return { ended, cursor: newest }
    },
  }
}
