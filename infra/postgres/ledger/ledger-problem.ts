/** Owns what can go wrong in the ledger: a table, which refusal of PostgreSQL is which of it, and results that carry one. */

import { failureClass } from '../../runtime/failure-class.ts'

interface Row {
  /** Whether the same call may succeed later. */
  readonly retriable: boolean
  readonly todo: string
}

export const LEDGER_ERRORS = {
  malformed: { retriable: false, todo: 'mend the value that is named' },
  unbalanced: { retriable: false, todo: 'make the postings of each currency add to zero' },
  incomplete: { retriable: false, todo: 'post a transfer with all of its postings at once' },
  conflict: { retriable: false, todo: 'the id stands for another content: use an id made from what is posted' },
  'month-unknown': { retriable: false, todo: 'enter the month in accounting_months' },
  'month-closed': { retriable: false, todo: 'enter it in the next open month' },
  'run-unknown': { retriable: false, todo: 'start the run, in the month of the transfer' },
  'run-ended': { retriable: false, todo: 'a run that has ended takes nothing: what is wrong is reversed' },
  'run-exists': { retriable: false, todo: 'abandon the run of the month and model that entered nothing, or keep it' },
  'not-divided': { retriable: false, todo: 'the lines of a pool add to the pool' },
  'not-booked': { retriable: false, todo: 'post the transfers of the lines of the run' },
  'holder-unknown': { retriable: false, todo: 'enter the rights holder' },
  'contract-unknown': { retriable: false, todo: 'enter the version of the contract and its parties' },
  'transfer-unknown': { retriable: false, todo: 'name a transfer that the ledger has' },
  'not-pending': { retriable: false, todo: 'a transfer that is not pending is reversed, not posted or voided' },
  'not-posted': { retriable: false, todo: 'a pending transfer is voided; a reversal is posted anew' },
  'settled-already': { retriable: false, todo: 'it was posted or voided before: look at what did' },
  'reversed-already': { retriable: false, todo: 'it was reversed before: look at what did' },
  recouped: { retriable: false, todo: 'reverse what was kept back first: the holder is owed it' },
  'earlier-month': { retriable: false, todo: 'post, void or reverse in the month of the transfer or later' },
  'more-than-owed': { retriable: false, todo: 'pay out, recoup or convert what the holder is owed and no more' },
  'at-once': { retriable: true, todo: 'somebody did the same at the same time: again' },
  away: { retriable: true, todo: 'the connection was lost, it may have been entered: again, by the same ids' },
} as const satisfies Record<string, Row>

export type LedgerErrorCode = keyof typeof LEDGER_ERRORS

export interface LedgerProblem {
  readonly code: LedgerErrorCode
  readonly retriable: boolean
  /** Names what is wrong, and what to do. */
  readonly message: string
}

export type LedgerResult<T> = { readonly ok: true; readonly value: T } | LedgerRefusal
export interface LedgerRefusal {
  readonly ok: false
  readonly problem: LedgerProblem
}

export const done = <T>(value: T): LedgerResult<T> => ({ ok: true, value })

export function refusal(code: LedgerErrorCode, what: string): LedgerRefusal {
  const { retriable, todo } = LEDGER_ERRORS[code]
  return { ok: false, problem: { code, retriable, message: `${what}: ${todo}` } }
}

/** By the name of the constraint. */
const BY_CONSTRAINT: Readonly<Record<string, LedgerErrorCode>> = {
  ledger_transfer_balances: 'unbalanced',
  ledger_transfer_is_whole: 'incomplete',
  ledger_postings_of_transfer: 'incomplete',
  ledger_transfers_pkey: 'conflict',
  ledger_postings_pkey: 'conflict',
  royalty_lines_once: 'conflict',
  ledger_transfers_period_fkey: 'month-unknown',
  royalty_runs_month_fkey: 'month-unknown',
  royalty_adjustments_belonged_to_fkey: 'month-unknown',
  bank_files_month_fkey: 'month-unknown',
  ledger_month_is_open: 'month-closed',
  accounting_months_stay_closed: 'month-closed',
  ledger_transfers_run_id_period_fkey: 'run-unknown',
  royalty_pools_run_id_fkey: 'run-unknown',
  royalty_adjustments_run_id_entered_in_fkey: 'run-unknown',
  royalty_run_is_open: 'run-ended',
  royalty_run_has_transfers: 'run-ended',
  royalty_runs_one_a_model: 'run-exists',
  royalty_pools_are_divided: 'not-divided',
  royalty_lines_are_booked: 'not-booked',
  ledger_accounts_holder_id_fkey: 'holder-unknown',
  royalty_lines_have_holders: 'holder-unknown',
  royalty_lines_contract_id_contract_version_holder_id_fkey: 'contract-unknown',
  ledger_postings_by_contract: 'contract-unknown',
  ledger_transfers_pending_id_fkey: 'transfer-unknown',
  ledger_transfers_reversal_of_fkey: 'transfer-unknown',
  ledger_transfer_was_pending: 'not-pending',
  ledger_transfer_was_posted: 'not-posted',
  ledger_transfers_settled_once: 'settled-already',
  ledger_transfers_reversed_once: 'reversed-already',
  ledger_transfer_follows: 'earlier-month',
  ledger_holder_is_owed: 'more-than-owed',
}

/** A value that no column takes: a check, a type, a length. */
const MALFORMED = /^(23514|23502|22\w{3})$/
const AT_ONCE = new Set(['40001', '40P01', '55P03'])
const AWAY = new Set(['broken', 'refused', 'timeout', 'unreachable', 'starting'])

/** What PostgreSQL, or the lack of it, says; undefined for a defect, which is to be thrown. */
export function refusalOf(cause: unknown): LedgerRefusal | undefined {
  if (!(cause instanceof Error)) return undefined
  const { code, constraint } = cause as Error & { code?: string; constraint?: string }
  const known = constraint === undefined ? undefined : BY_CONSTRAINT[constraint]
  if (known !== undefined) return refusal(known, cause.message)
  if (code !== undefined && AT_ONCE.has(code)) return refusal('at-once', cause.message)
  if (AWAY.has(failureClass(cause))) return refusal('away', cause.message)
  if (code !== undefined && MALFORMED.test(code)) return refusal('malformed', cause.message)
  return undefined
}
