/** Owns what the ledger has of payouts and of what the bank said of them, and the entry of a bank's file: whole, and once. */

import type { Pool, PoolClient } from '../client.ts'
import { firstDay } from './columns.ts'
import { follow, followerId } from './follow-transfers.ts'
import type { LedgerResult } from './ledger-problem.ts'
import { openMonth } from './open-month.ts'
import { inLedger, statement } from './statement.ts'

/** Two files at once take turns; the number only has to be ours. */
const ADVISORY_LOCK = 7_346_832

/** A payment as the bank tells it. */
export interface BankPayment {
  readonly bankReference: string
  /** Of the file. */
  readonly line: number
  readonly payoutId: string
  readonly holderId: string
  readonly currency: string
  readonly amountMicros: bigint
  /** As 2026-11-05. */
  readonly bookedOn: string
}

export type BankOutcome = 'paid' | 'short' | 'over' | 'twice' | 'unknown'

export interface JudgedPayment extends BankPayment {
  readonly outcome: BankOutcome
  /** In a sentence. */
  readonly reason: string
}

/** A transfer that was pending, and what became of it. */
export interface Payout {
  readonly payoutId: string
  readonly period: string
  readonly holderId: string
  readonly currency: string
  readonly micros: bigint
  readonly status: 'pending' | 'posted' | 'voided'
}

export interface BankBook {
  /** Those of the month, and those that the file names. */
  readonly payouts: ReadonlyMap<string, Payout>
  /** By reference: those of the file that an earlier one had, and all of these payouts. */
  readonly entries: ReadonlyMap<string, JudgedPayment>
}

export interface BankFile {
  readonly fileHash: string
  readonly name: string
  /** Whose payouts it is compared with, as 2026-10. */
  readonly month: string
  readonly payments: readonly BankPayment[]
}

/**
 * In one transaction: `judge` says what becomes of the payments that are new; what it calls paid is posted, in the first open
 * month from the payment's on. Nothing is entered when it says nothing.
 */
export async function enterBankFile(
  pool: Pool,
  file: BankFile,
  judge: (book: BankBook) => readonly JudgedPayment[] | undefined,
): Promise<LedgerResult<{ book: BankBook; entered: readonly JudgedPayment[] }>> {
  return await inLedger(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK])
    const book = await readBook(client, file)
    const entered = judge(book)
    if (entered === undefined) return { book, entered: [] }
    const paid = entered.filter(({ outcome }) => outcome === 'paid')
    const months = new Map<string, string>()
    const followers = []
    for (const { payoutId, bookedOn, bankReference } of paid) {
      const from = [bookedOn.slice(0, 7), book.payouts.get(payoutId)?.period ?? ''].sort().at(-1) ?? ''
      const period = months.get(from) ?? (await openMonth(client, from))
      months.set(from, period)
      followers.push({ earlierId: payoutId, period, reason: `paid by the bank as ${bankReference}` })
    }
    await follow(client, 'post', followers)
    await client.query(statement('enter-bank-file'), [
      file.fileHash,
      file.name,
      firstDay(file.month),
      file.payments.length,
    ])
    await client.query(statement('enter-bank-entries'), [file.fileHash, ...entryColumns(entered)])
    return { book, entered }
  })
}

async function readBook(client: PoolClient, { month, payments }: BankFile): Promise<BankBook> {
  const named = [...new Set(payments.map(({ payoutId }) => payoutId))]
  const payouts = await client.query<Omit<Payout, 'micros'> & { micros: string }>(statement('payouts-of'), [
    firstDay(month),
    named,
  ])
  const entries = await client.query<Omit<JudgedPayment, 'amountMicros'> & { amountMicros: string }>(
    statement('bank-entries-of'),
    [payments.map(({ bankReference }) => bankReference), payouts.rows.map(({ payoutId }) => payoutId)],
  )
  return {
    payouts: new Map(payouts.rows.map((row) => [row.payoutId, { ...row, micros: BigInt(row.micros) }])),
    entries: new Map(
      entries.rows.map((row) => [row.bankReference, { ...row, amountMicros: BigInt(row.amountMicros) }]),
    ),
  }
}

function entryColumns(entries: readonly JudgedPayment[]): unknown[][] {
  return [
    entries.map(({ bankReference }) => bankReference),
    entries.map(({ line }) => line),
    entries.map(({ payoutId }) => payoutId),
    entries.map(({ holderId }) => holderId),
    entries.map(({ currency }) => currency),
    entries.map(({ amountMicros }) => String(amountMicros)),
    entries.map(({ bookedOn }) => bookedOn),
    entries.map(({ outcome }) => outcome),
    entries.map(({ reason }) => reason),
    entries.map(({ outcome, payoutId }) => (outcome === 'paid' ? followerId('post', payoutId) : null)),
  ]
}
