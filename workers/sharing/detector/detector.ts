/** Owns the detector: events of all accounts in, a verdict on each out. It has no clock and does no I/O. */

import { type Account, createAccount } from './account.ts'
import { WINDOW_DAYS } from './day-mask.ts'
import { JUDGEMENT, type Judgement } from './judgement.ts'
import { dayOf, observe } from './observe.ts'
import type { PlayEvent } from './play-event.ts'
import { type Rules, USUAL_RULES } from './rules.ts'
import { judge, type Verdict } from './verdict.ts'

export interface DetectorOptions {
  readonly rules?: Rules
  readonly judgement?: Judgement
}

/** An account that is watched for longer than the window is judged this often, and its highest score stands. */
const JUDGED_EVERY_DAYS = 7

interface Watched {
  readonly account: Account
  /** The highest of those that the window has left behind. */
  highest: Verdict | undefined
  nextJudgedDay: number
}

export class Detector {
  readonly #watched = new Map<string, Watched>()
  readonly #rules: Rules
  readonly #judgement: Judgement

  constructor({ rules = USUAL_RULES, judgement = JUDGEMENT }: DetectorOptions = {}) {
    this.#rules = rules
    this.#judgement = judgement
  }

  observe(event: PlayEvent): void {
    let watched = this.#watched.get(event.account)
    if (watched === undefined) {
      const account = createAccount(event.account, event.plan)
      watched = { account, highest: undefined, nextJudgedDay: Number.POSITIVE_INFINITY }
      this.#watched.set(event.account, watched)
    }
    const { account } = watched
    if (account.day >= watched.nextJudgedDay && dayOf(account, event.atMs) > account.day) this.#judgeAgain(watched)
    observe(account, event, this.#rules)
    if (watched.nextJudgedDay === Number.POSITIVE_INFINITY) watched.nextJudgedDay = account.firstDay + WINDOW_DAYS - 1
  }

  /** What is remembered of an account. */
  account(id: string): Account | undefined {
    return this.#watched.get(id)?.account
  }

  /** One an account, in the order in which they were first seen: the highest it ever had. */
  *verdicts(): Generator<Verdict> {
    for (const { account, highest } of this.#watched.values()) yield higher(highest, judge(account, this.#judgement))
  }

  #judgeAgain(watched: Watched): void {
    watched.highest = higher(watched.highest, judge(watched.account, this.#judgement))
    watched.nextJudgedDay = watched.account.day + JUDGED_EVERY_DAYS
  }
}

function higher(before: Verdict | undefined, now: Verdict): Verdict {
  return before !== undefined && before.score > now.score ? before : now
}
