/** Owns an account as the worker watches it: what the detector remembers, and when its score is told again. */

import { plainMsgpack } from '../../../protocol/plain-msgpack.ts'
import type { Plan } from '../../../protocol/vocabulary.ts'
import { type Account, createAccount } from '../detector/account.ts'
import { type AccountSnapshot, accountFrom, SNAPSHOT_VERSION, snapshotOf } from '../detector/account-snapshot.ts'
import { advanceTo } from '../detector/aging.ts'
import { JUDGEMENT } from '../detector/judgement.ts'
import type { KindOfNetwork } from '../detector/networks.ts'
import { dayOf, observe, observeOffline } from '../detector/observe.ts'
import type { OfflinePlay, PlayEvent } from '../detector/play-event.ts'
import type { Rules } from '../detector/rules.ts'
import { assess, type Evidence } from '../detector/verdict.ts'

export { SNAPSHOT_VERSION }

export interface Watched {
  account: Account
  /** The score that the history of its case has last; undefined while it is no case. */
  told: number | undefined
}

/** A score that is to be written: by the time of the event that closed the day, never by a clock. */
export interface CaseScore {
  readonly account: string
  readonly plan: Plan
  readonly atMs: number
  readonly score: number
  readonly evidence: Evidence
  /** Whether the history gets an entry of it: the first score of a case, and each that is noticeably another. */
  readonly isNews: boolean
}

/** Less is no news to an analyst. */
const NEWS_FROM = 0.02

export function watch(account: string, plan: Plan): Watched {
  return { account: createAccount(account, plan), told: undefined }
}

/**
 * Tells the account of an event. When it begins a day of the account's, the days before are judged first, so that the
 * scores depend on the events and their order alone: not on when they were read, in which batches, or how often.
 */
export function tell(
  watched: Watched,
  event: PlayEvent | OfflinePlay,
  caseFrom: number,
  rules: Rules,
): CaseScore | undefined {
  const { day } = watched.account
  // An account of which everything was forgotten is as one that was never seen, but for its case.
  const isNewDay =
    day === Number.NEGATIVE_INFINITY ? watched.told !== undefined : dayOf(watched.account, event.atMs) > day
  if (isNewDay && day !== Number.NEGATIVE_INFINITY) age(watched, event.atMs)
  const scored = isNewDay ? scoreOf(watched, event, caseFrom) : undefined
  if (event.event === 'offline_play') observeOffline(watched.account, event)
  else observe(watched.account, event, rules)
  return scored
}

function scoreOf(watched: Watched, { atMs }: PlayEvent | OfflinePlay, caseFrom: number): CaseScore | undefined {
  const { account, told } = watched
  // One device has no second home: that is most accounts, and judging is most of the work.
  if (told === undefined && account.devices.size < 2) return undefined
  const { score, explain } = assess(account, JUDGEMENT)
  if (told === undefined && score < caseFrom) return undefined
  const isNews = told === undefined || Math.abs(score - told) >= NEWS_FROM || score >= caseFrom !== told >= caseFrom
  if (isNews) watched.told = score
  return { account: account.id, plan: account.plan, atMs, score, evidence: explain(), isNews }
}

/** Forgets what is outside the window at `atMs`; done in one go or bit by bit, it is the same. */
export function age(watched: Watched, atMs: number): void {
  const { account } = watched
  const day = dayOf(account, atMs)
  if (day > account.day) advanceTo(account, day)
  if (account.devices.size === 0) watched.account = createAccount(account.id, account.plan)
}

/** Nothing is remembered of it, and there is no case. */
export function isForgotten({ account, told }: Watched): boolean {
  return account.devices.size === 0 && told === undefined
}

interface WatchedSnapshot {
  readonly account: AccountSnapshot
  readonly told: number | null
}

export function bytesOf({ account, told }: Watched): Buffer {
  const snapshot: WatchedSnapshot = { account: snapshotOf(account), told: told ?? null }
  return Buffer.from(plainMsgpack.pack(snapshot))
}

/** What kind its networks are is not remembered: it is looked up again, by the table of now. */
export function watchedFrom(id: string, bytes: Uint8Array, kindOf: KindOfNetwork): Watched {
  const { account, told } = plainMsgpack.unpack(bytes) as WatchedSnapshot
  return { account: accountFrom(id, account, kindOf), told: told ?? undefined }
}
