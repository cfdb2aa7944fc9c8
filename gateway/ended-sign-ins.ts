/** Owns which sign-ins have ended at the issuer: told by whichever gateway heard it, known here by heart, and heard within a second by all. */

import type { EndedSignIn, EndedSignInStore } from '../infra/redis/ended-sign-in-store.ts'
import { type Dependency, DependencyAway } from '../infra/runtime/dependency.ts'
import type { Service } from '../infra/runtime/lifecycle.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { SignInMark } from './token-verifier.ts'

export interface EndedSignIns {
  /** Whether a token of this sign-in, or a session that it began, is good no more. */
  includes(accountId: string, signIn: SignInMark): boolean
  /** The issuer says so: it holds here at once, and at the others when Redis has it. */
  add(ended: EndedSignIn): void
}

/** Where no issuer says so. */
export const NONE_ENDED: Pick<EndedSignIns, 'includes'> = { includes: () => false }

export interface EndedSignInsParts {
  readonly store: EndedSignInStore
  readonly redis: Pick<Dependency, 'ask'>
  readonly keptMs: number
  readonly log: Logger
  readonly now: () => number
  /** There are new ones: whoever has a socket by them is to be looked for. */
  readonly changed: () => void
}

const READ_EVERY_MS = 1_000
/** What Redis did not take yet; beyond it the oldest are left to the expiry of their tokens. */
const MOST_UNTOLD = 10_000

export function createEndedSignIns(parts: EndedSignInsParts): EndedSignIns & Service {
  const { store, redis, keptMs, log, now, changed } = parts
  /** By id, or by account where there is none: until when each is remembered. */
  const ids = new Map<string, number>()
  const accounts = new Map<string, { readonly atMs: number; readonly untilMs: number }>()
  const untold = new Set<EndedSignIn>()
  let telling: Promise<void> | undefined
  let cursor = 0
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  /** @returns whether it was not known */
  const learn = ({ id, accountId, atMs }: EndedSignIn): boolean => {
    const untilMs = now() + keptMs
    if (id !== '') {
      if (ids.has(id)) return false
      ids.set(id, untilMs)
      return true
    }
    if ((accounts.get(accountId)?.atMs ?? Number.NEGATIVE_INFINITY) >= atMs) return false
    accounts.set(accountId, { atMs, untilMs })
    return true
  }
  const forget = () => {
    const nowMs = now()
    for (const [id, untilMs] of ids) if (untilMs <= nowMs) ids.delete(id)
    for (const [account, { untilMs }] of accounts) if (untilMs <= nowMs) accounts.delete(account)
  }
  const tellAll = async () => {
    for (const ended of untold) {
      await redis.ask(() => store.add(ended))
      // By itself: others may have come or gone meanwhile.
      untold.delete(ended)
    }
  }
  const tell = () => {
    telling ??= tellAll().finally(() => {
      telling = undefined
    })
    return telling
  }
  const read = async () => {
    const answer = await redis.ask(() => store.since(cursor))
    cursor = answer.cursor
    if (answer.ended.map(learn).includes(true)) changed()
  }
  const turn = async (): Promise<void> => {
    try {
      await tell()
      await read()
    } catch (error) {
      // The dependency has said in the log that it is away.
      if (!(error instanceof DependencyAway)) log.error({ err: error }, 'ended sign-ins cannot be read')
    }
    forget()
    if (!stopped) timer = setTimeout(turn, READ_EVERY_MS)
  }

  return {
    name: 'ended-sign-ins',
    includes(accountId, { id, issuedAtMs }) {
      if (id !== '' && ids.has(id)) return true
      const ended = accounts.get(accountId)
      return ended !== undefined && issuedAtMs <= ended.atMs
    },
    add(ended) {
      if (!learn(ended)) return
      untold.add(ended)
      const [oldest] = untold
      if (oldest !== undefined && untold.size > MOST_UNTOLD) untold.delete(oldest)
      changed()
      void tell().catch((error: unknown) => {
        if (!(error instanceof DependencyAway)) log.error({ err: error }, 'an ended sign-in cannot be told')
      })
    },
    async start() {
      // Before the first socket: tokens of those that ended while this gateway was not there are refused, too.
      await turn()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
