/** Owns `postingsOf`: postings with all that they say, by transfer, account, run, track and months, a page at a time. */

import type { Pool, PoolClient } from '../client.ts'
import { type AccountKind, type LedgerAccount, ledgerAccountId } from './account.ts'
import { firstDay } from './columns.ts'
import { statement } from './statement.ts'
import type { Rights, TransferKind } from './transfer.ts'

const POSTINGS = statement('postings-of')
const PAGE = 10_000

/** All that is given must hold. Name at least a transfer, an account, a run, an ISRC or a month: the ledger is large. */
export interface PostingFilter {
  readonly transferId?: string
  readonly account?: LedgerAccount
  readonly runId?: string
  readonly isrc?: string
  /** Months as 2026-10, both included. */
  readonly from?: string
  readonly to?: string
}

export interface LedgerEntry {
  readonly transferId: string
  readonly posting: number
  readonly kind: TransferKind
  readonly status: 'posted' | 'pending'
  readonly period: string
  readonly accountKind: AccountKind
  readonly holderId: string | null
  readonly currency: string
  readonly amountMicros: bigint
  readonly territory: string | null
  readonly tier: string | null
  readonly isrc: string | null
  readonly rights: Rights | null
  readonly contractId: string | null
  readonly contractVersion: number | null
  readonly runId: string | null
  readonly inputHash: string | null
  readonly pendingId: string | null
  readonly reversalOf: string | null
  readonly reason: string | null
  readonly enteredAt: Date
  readonly enteredBy: string
}

/** By transfer id and number of the posting. */
export async function* postingsOf(pool: Pool | PoolClient, filter: PostingFilter): AsyncGenerator<LedgerEntry> {
  const { transferId, account, runId, isrc, from, to } = filter
  const wanted = [
    transferId ?? null,
    account === undefined ? null : ledgerAccountId(account),
    runId ?? null,
    isrc ?? null,
    from === undefined ? null : firstDay(from),
    to === undefined ? null : firstDay(to),
  ]
  let last: LedgerEntry | undefined
  for (;;) {
    const { rows } = await pool.query<Omit<LedgerEntry, 'amountMicros'> & { amountMicros: string }>(POSTINGS, [
      ...wanted,
      last?.transferId ?? null,
      last?.posting ?? null,
      PAGE,
    ])
    for (const row of rows) {
      last = { ...row, amountMicros: BigInt(row.amountMicros) }
      yield last
    }
    if (rows.length < PAGE) return
  }
}
