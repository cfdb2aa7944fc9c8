/** Owns `balanceOf`: what is on an account. */

import type { Pool, PoolClient } from '../client.ts'
import { type LedgerAccount, ledgerAccountId } from './account.ts'
import { statement } from './statement.ts'

const BALANCE = statement('balance-of')

export interface Balance {
  readonly debitMicros: bigint
  readonly creditMicros: bigint
  /** Debit less credit: below zero, of a holder's `payable`, is what is owed to him. */
  readonly micros: bigint
  /** Of transfers that are neither posted nor voided. */
  readonly pendingDebitMicros: bigint
  readonly pendingCreditMicros: bigint
}

interface Row {
  readonly debit: string
  readonly credit: string
  readonly pending_debit: string
  readonly pending_credit: string
}

/** Of an account that nothing was ever posted on: nothing. */
export async function balanceOf(pool: Pool | PoolClient, account: LedgerAccount): Promise<Balance> {
  const { rows } = await pool.query<Row>(BALANCE, [ledgerAccountId(account)])
  const row = rows[0] ?? { debit: '0', credit: '0', pending_debit: '0', pending_credit: '0' }
  const [debitMicros, creditMicros] = [BigInt(row.debit), BigInt(row.credit)]
  return {
    debitMicros,
    creditMicros,
    micros: debitMicros - creditMicros,
    pendingDebitMicros: BigInt(row.pending_debit),
    pendingCreditMicros: BigInt(row.pending_credit),
  }
}
