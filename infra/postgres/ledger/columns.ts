/** Owns transfers as columns, which PostgreSQL takes many of in one statement. */

import { type LedgerAccount, ledgerAccountId } from './account.ts'
import type { Transfer } from './transfer.ts'

/** A thousand transfers or so at a time: a statement of some megabytes. */
const POSTINGS_A_STATEMENT = 20_000

/** Parts of so few postings that one statement takes them, in the order given. */
export function inParts(transfers: readonly Transfer[]): (readonly Transfer[])[] {
  const parts: (readonly Transfer[])[] = []
  let from = 0
  let postings = 0
  for (const [index, transfer] of transfers.entries()) {
    postings += transfer.postings.length
    if (postings < POSTINGS_A_STATEMENT && index + 1 < transfers.length) continue
    parts.push(transfers.slice(from, index + 1))
    from = index + 1
    postings = 0
  }
  return parts
}

/** The accounts that were named so far, and the ids they have. */
export class Accounts {
  readonly #ids = new Map<string, string>()
  readonly #columns: [string[], string[], string[], (string | null)[]] = [[], [], [], []]

  idOf(account: LedgerAccount): string {
    const { kind, currency, holderId } = account
    const key = `${kind} ${currency} ${holderId ?? ''}`
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = ledgerAccountId(account)
    this.#ids.set(key, id)
    const [ids, kinds, currencies, holders] = this.#columns
    ids.push(id)
    kinds.push(kind)
    currencies.push(currency)
    holders.push(holderId ?? null)
    return id
  }

  /** As open-accounts.sql takes them. */
  columns(): unknown[][] {
    return this.#columns
  }
}

/** As post-transfers.sql takes them. */
export function columnsOf(transfers: readonly Transfer[], accounts: Accounts): unknown[][] {
  const columns: unknown[][] = Array.from({ length: 18 }, () => [])
  const push = (from: number, row: readonly unknown[]) => {
    for (let at = 0; at < row.length; at++) columns[from + at]?.push(row[at])
  }
  for (const [index, { transferId, kind, status, period, runId, reason, postings }] of transfers.entries()) {
    push(0, [transferId, kind, status, firstDay(period), postings.length, runId ?? null, reason ?? null])
    for (const [number, posting] of postings.entries()) {
      const { currency, amountMicros, territory, tier, isrc, rights, contractId, contractVersion } = posting
      push(7, [index + 1, number + 1, accounts.idOf(posting), currency, String(amountMicros)])
      push(12, [
        territory ?? null,
        tier ?? null,
        isrc ?? null,
        rights ?? null,
        contractId ?? null,
        contractVersion ?? null,
      ])
    }
  }
  return columns
}

/** Of a month as 2026-10. */
export const firstDay = (month: string): string => `${month}-01`
