/** Owns what a transfer is to its caller, and its id. */

import { derivedId } from '../../runtime/derived-id.ts'
import type { LedgerAccount } from './account.ts'

export type TransferKind =
  | 'pool'
  | 'share'
  | 'minimum'
  | 'advance'
  | 'recoupment'
  | 'exchange'
  | 'payout'
  | 'correction'

export type Rights = 'recording' | 'composition'

/** What a posting is for. */
export interface PostingSubject {
  readonly territory?: string
  readonly tier?: string
  readonly isrc?: string
  readonly rights?: Rights
  /** Both or none. */
  readonly contractId?: string
  readonly contractVersion?: number
}

export interface Posting extends LedgerAccount, PostingSubject {
  /** Above zero a debit, below a credit; never zero. */
  readonly amountMicros: bigint
}

export interface Transfer {
  /** Made by the caller: the same each time that the same is posted. */
  readonly transferId: string
  readonly kind: TransferKind
  /** A pending one is in no balance until `postPending` posts it. */
  readonly status: 'posted' | 'pending'
  /** The month it is entered in, as 2026-10. */
  readonly period: string
  readonly runId?: string
  readonly reason?: string
  /** At least two; of each currency they add to zero. */
  readonly postings: readonly Posting[]
}

/** Makes transfers of a run: what is the same of all is said once, and ids are made from the run, the kind and what each is about. */
export const transferMaker =
  (runId: string, period: string) =>
  (
    kind: TransferKind,
    about: string,
    postings: readonly Posting[],
    rest: Partial<Pick<Transfer, 'status' | 'reason'>> = {},
  ): Transfer => ({
    transferId: transferIdOf(runId, kind, about),
    kind,
    status: 'posted',
    period,
    runId,
    postings,
    ...rest,
  })

/** An id from what the transfer is about, for callers without one of their own. */
export const transferIdOf = (...parts: readonly (string | number)[]): string =>
  derivedId('ledger-transfer', parts.join('\n'))
