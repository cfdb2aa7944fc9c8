/** Owns the SQL of the ledger, one operation a file, and the transactions it runs in. */

import { readFileSync } from 'node:fs'
import { inTransaction, type Pool, type PoolClient } from '../client.ts'
import { type LedgerResult, refusalOf } from './ledger-problem.ts'

export const statement = (name: string): string => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8')

/** Ends the transaction of `inLedger` without effect, with this as its result. */
export class Refused extends Error {
  readonly result: LedgerResult<never>

  constructor(result: LedgerResult<never>) {
    super('refused')
    this.result = result
  }
}

/** One transaction: a refusal of PostgreSQL, at commit too, is a result, and then nothing was entered. */
export async function inLedger<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<LedgerResult<T>> {
  try {
    return { ok: true, value: await inTransaction(pool, work) }
  } catch (cause) {
    if (cause instanceof Refused) return cause.result
    const refused = refusalOf(cause)
    if (refused === undefined) throw cause
    return refused
  }
}
