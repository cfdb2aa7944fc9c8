/** Owns the table of what Redis has of an account: what of it he is shown who asks for his data, and what becomes of it in an erasure. */

import { plainMsgpack } from '../../protocol/plain-msgpack.ts'
import { type SessionSnapshot, sessionFrom } from '../../session/snapshot.ts'
import { accountKey } from './account-store.ts'
import type { Redis } from './client.ts'
import { createEndedSignInStore } from './ended-sign-in-store.ts'
import { SESSION_KEYS, WILL_KEYS } from './session-store.ts'

type Shown = Readonly<Record<string, unknown>>

export interface AccountKind {
  read(redis: Redis, accountId: string): Promise<readonly Shown[]>
  /** Keys that are his alone, which an erasure takes; undefined: it takes none, for the reason in `kept`. */
  readonly keys?: (redis: Redis, accountId: string) => Promise<readonly string[]>
  readonly kept?: string
}

const PAGE = 500

/** Of keys of his own, each shown as one thing. */
const own = (
  keys: (redis: Redis, accountId: string) => Promise<readonly string[]>,
  show: (redis: Redis, key: string) => Promise<readonly Shown[]>,
): AccountKind => ({
  keys,
  read: async (redis, accountId) => {
    const shown: Shown[] = []
    for (const key of await keys(redis, accountId)) shown.push(...(await show(redis, key)))
    return shown
  },
})

export const ACCOUNT_KINDS: Readonly<Record<string, AccountKind>> = {
  /** Devices, whether each is there, and the lease by which it plays. */
  devices: own(
    async (redis, accountId) => ((await redis.exists(accountKey(accountId))) === 1 ? [accountKey(accountId)] : []),
    async (redis, key) =>
      Object.entries(await redis.hgetallBuffer(key)).flatMap(([field, value]) => {
        const session = /^session:(.+)$/.exec(field)?.[1]
        return session === undefined ? [] : [{ session_id: session, ...(plainMsgpack.unpack(value) as Shown) }]
      }),
  ),
  /** Places of campaigns, by which no more is played to him than a campaign may. */
  advertisements: own(
    async (redis, accountId) => {
      const keys = await keysLike(redis, `segue:ad:{*}:of:${escaped(accountId)}`)
      // An account may have `:of:` in its own name.
      return keys.filter((key) => key.slice(key.indexOf('}:of:') + '}:of:'.length) === accountId)
    },
    async (redis, key) => {
      const campaign_id = /^segue:ad:\{([^}]*)\}/.exec(key)?.[1]
      const flat = await redis.zrange(key, '0', '-1', 'WITHSCORES')
      return flat.flatMap((impression_id, at) =>
        at % 2 === 1 ? [] : [{ campaign_id, impression_id, at_ms: Number(flat[at + 1]) }],
      )
    },
  ),
  /** Evenings that a player may come back to: what plays, what plays next, what was played, skipped and dismissed. */
  sessions: own(
    async (redis, accountId) => {
      const named = plainMsgpack.pack(accountId)
      const keys: string[] = []
      for (const key of await keysLike(redis, SESSION_KEYS)) {
        const state = await redis.hgetBuffer(key, 'state')
        // Most are others', and need not be unpacked to see that.
        if (state?.includes(named) && savedOf(state).session?.who.account_id === accountId) keys.push(key)
      }
      return keys
    },
    async (redis, key) => {
      const state = await redis.hgetBuffer(key, 'state')
      return state === null ? [] : [shownSession(state)]
    },
  ),
  /** How a stream that is open would end if nobody went on with it. */
  open_streams: {
    kept: 'while there is one he is not erased',
    read: async (redis, accountId) => {
      const shown: Shown[] = []
      for (const key of WILL_KEYS)
        for (const streamId of await openStreams(redis, key, accountId)) {
          const record = await redis.hgetBuffer(key, `${streamId}:record`)
          if (record !== null) shown.push(plainMsgpack.unpack(record) as Shown)
        }
      return shown
    },
  },
  ended_sign_ins: {
    kept: 'goes by itself within hours, and until then refuses tokens that are good otherwise',
    read: async (redis, accountId) => {
      const { ended } = await createEndedSignInStore(redis, 0).since(0)
      return ended.flatMap((one) => (one.accountId === accountId ? [{ sign_in: one.id, at_ms: one.atMs }] : []))
    },
  },
}

/** Of those that have not been settled: their end is still to be written to the log. */
export async function openStreams(redis: Redis, willKey: string, accountId: string): Promise<readonly string[]> {
  const streams: string[] = []
  for await (const page of redis.hscanStream(willKey, { match: '*:account', count: PAGE })) {
    const flat = page as readonly string[]
    for (let at = 0; at + 1 < flat.length; at += 2)
      if (flat[at + 1] === accountId) streams.push(flat[at]?.replace(/:account$/, '') ?? '')
  }
  return streams
}

interface Saved extends Shown {
  readonly session?: SessionSnapshot
}

const savedOf = (state: Uint8Array): Saved => plainMsgpack.unpack(state) as Saved

/** Without what was said to his player last, which it has: addresses of chunks that open nothing any more, and what is told here. */
function shownSession(state: Uint8Array): Shown {
  const { session: snapshot, ...saved } = savedOf(state)
  const session = snapshot && sessionFrom(snapshot)
  // Of a version that this program does not know: as it is.
  if (session === undefined) return { ...saved, ...snapshot }
  const { sayings: _, who, played, skipped, dismissed, ...rest } = session
  return { ...saved, ...who, ...rest, played: [...played], skipped: [...skipped], dismissed: [...dismissed] }
}

async function keysLike(redis: Redis, pattern: string): Promise<string[]> {
  const keys = new Set<string>()
  for await (const page of redis.scanStream({ match: pattern, count: PAGE })) for (const key of page) keys.add(key)
  return [...keys]
}

const escaped = (text: string) => text.replace(/[*?[\]\\^]/g, (sign) => `\\${sign}`)
