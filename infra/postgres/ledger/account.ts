/** Owns which accounts the ledger has, and their ids. */

import { derivedId } from '../../runtime/derived-id.ts'

/** What each is for, and whether it is a holder's. */
export const ACCOUNT_KINDS = {
  cost: { ofHolder: false, about: 'what months cost us' },
  pool: { ofHolder: false, about: 'set aside and not yet divided: nothing, once a run has finished' },
  unallocated: { ofHolder: false, about: 'of pools in which nothing was streamed' },
  payable: { ofHolder: true, about: 'owed to the holder' },
  advance: { ofHolder: true, about: 'paid to the holder before it was earned, and not recouped' },
  exchange: { ofHolder: false, about: 'what conversions took in and gave out' },
  bank: { ofHolder: false, about: 'what was paid' },
} as const

export type AccountKind = keyof typeof ACCOUNT_KINDS

export interface LedgerAccount {
  readonly kind: AccountKind
  /** ISO 4217. */
  readonly currency: string
  /** Of `payable` and `advance`, and of no other. */
  readonly holderId?: string
}

/** The same for the same account, on every machine. */
export function ledgerAccountId({ kind, currency, holderId }: LedgerAccount): string {
  return derivedId('ledger-account', `${kind}\n${currency}\n${holderId ?? ''}`)
}
