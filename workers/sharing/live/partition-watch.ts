/** Owns the accounts of one partition between two checkpoints: their states in memory, and what is to be written of them. */

import { inTransaction, type Pool } from '../../../infra/postgres/client.ts'
import { lockOffset, moveOffset, type PartitionOfGroup } from '../../offset-book.ts'
import type { OfflinePlay, PlayEvent } from '../detector/play-event.ts'
import type { Rules } from '../detector/rules.ts'
import { readStates, writeScores, writeStates } from './sharing-book.ts'
import { type CaseScore, tell, type Watched, watch } from './watched.ts'

/** Another reader has moved the books of the partition: what this one knows is not what the books say. */
export class StaleWatch extends Error {
  constructor(at: PartitionOfGroup) {
    super(`partition ${at.partition} was saved by another reader meanwhile`)
    this.name = 'StaleWatch'
  }
}

export interface WatchOptions {
  readonly pool: Pool
  readonly at: PartitionOfGroup
  /** Where the books stand. */
  readonly savedTo: bigint
  readonly caseFrom: number
  readonly rules: Rules
  readonly accountsInMemory: number
}

export interface Saved {
  readonly states: number
  readonly scores: readonly CaseScore[]
  readonly created: number
}

export class PartitionWatch {
  readonly #options: WatchOptions
  /** The longest unused first. */
  readonly #states = new Map<string, Watched>()
  readonly #unsaved = new Set<Watched>()
  #scores: CaseScore[] = []
  #savedTo: bigint
  #readTo: bigint
  #unsavedSinceMs = 0
  /** Of each of them the time of its latest event: up to there it is aged. */
  readonly #lastMs = new Map<string, number>()

  constructor(options: WatchOptions) {
    this.#options = options
    this.#savedTo = options.savedTo
    this.#readTo = options.savedTo
  }

  /** Where it reads on, and where the books stand. */
  get readTo(): bigint {
    return this.#readTo
  }
  get savedTo(): bigint {
    return this.#savedTo
  }
  get unsavedAccounts(): number {
    return this.#unsaved.size
  }

  /** Since when, by the clock of this process, there is something that the books lack; undefined when there is nothing. */
  get unsavedSinceMs(): number | undefined {
    return this.#readTo === this.#savedTo ? undefined : this.#unsavedSinceMs
  }

  /** Reads on from `offset`, wherever the books stand: the topic is another one. */
  restart(offset: bigint): this {
    this.#readTo = offset
    return this
  }

  /** Brings the states of `accounts` into memory; may be called again after a failure. */
  async fetch(accounts: ReadonlySet<string>): Promise<void> {
    const missing = [...accounts].filter((account) => !this.#states.has(account))
    const { pool, rules } = this.#options
    for (const watched of await readStates(pool, missing, rules.kindOf)) this.#states.set(watched.account.id, watched)
  }

  /** Tells the accounts, whose states were fetched, of their events. Never waits, so it is whole or was not begun. */
  take(events: readonly (PlayEvent | OfflinePlay)[], nextOffset: bigint, nowMs: number): void {
    const { caseFrom, rules } = this.#options
    if (this.#readTo === this.#savedTo) this.#unsavedSinceMs = nowMs
    // What was done with before is handed over again now and then.
    if (nextOffset > this.#readTo) this.#readTo = nextOffset
    for (const event of events) {
      const { account } = event
      let watched = this.#states.get(account)
      if (watched === undefined) watched = watch(account, event.plan)
      // Used last: it is the last to be put away.
      else if (!this.#unsaved.has(watched)) this.#states.delete(account)
      if (!this.#unsaved.has(watched)) {
        this.#states.set(account, watched)
        this.#unsaved.add(watched)
      }
      this.#lastMs.set(account, Math.max(this.#lastMs.get(account) ?? 0, event.atMs))
      const scored = tell(watched, event, caseFrom, rules)
      if (scored !== undefined) this.#scores.push(scored)
    }
  }

  /**
   * States, scores and offset in one transaction.
   * @throws {StaleWatch} when the books are not where this watch began: nothing was written, and it is of no use any more.
   */
  async save(): Promise<Saved> {
    const { pool, at } = this.#options
    const states = [...this.#unsaved]
    const scores = this.#scores
    const { created } = await inTransaction(pool, async (client) => {
      if ((await lockOffset(client, at)) !== this.#savedTo) throw new StaleWatch(at)
      await writeStates(client, at.partition, states, ({ account }) => this.#lastMs.get(account.id) ?? 0)
      const written = await writeScores(client, scores)
      await moveOffset(client, at, this.#readTo)
      return written
    })
    this.#savedTo = this.#readTo
    this.#unsaved.clear()
    this.#lastMs.clear()
    this.#scores = []
    for (const account of this.#states.keys()) {
      if (this.#states.size <= this.#options.accountsInMemory) break
      this.#states.delete(account)
    }
    return { states: states.length, scores, created }
  }
}
