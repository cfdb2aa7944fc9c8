/** Owns the command line of `segue royalties reconcile`: what it prints, and its exit code. */

import { Command, InvalidArgumentError } from 'commander'
import { stringify } from 'csv-stringify/sync'
import { useStackEnvironment } from '../../../infra/cli/stack-environment.ts'
import { postgresConfig } from '../../../infra/postgres/config.ts'
import { withPool } from '../../../infra/postgres/with-pool.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import { dataFolder } from '../../../infra/stack/folders.ts'
import { writeAmount } from './amount.ts'
import { type Finding, type Reconciliation, reconcile } from './reconcile.ts'

/** The file was read and what was paid is posted, but bank and ledger do not agree. */
const DIFFERENCES_EXIT_CODE = 2
const STATEMENT_WITHIN_MS = 120_000

const COLUMNS = [
  'outcome',
  'payout_id',
  'holder_id',
  'currency',
  'payout_amount',
  'bank_amount',
  'booked_on',
  'bank_reference',
  'line',
  'reason',
]

export function reconcileCommand(): Command {
  return new Command('reconcile')
    .description('compare a file of the bank with the payouts of a month, and post what was paid')
    .requiredOption('--month <YYYY-MM>', 'whose payouts are looked for', month)
    .requiredOption('--file <file>', 'payout_id,holder_id,currency,amount,booked_on,bank_reference')
    .action(async (flags: { month: string; file: string }) => {
      await useStackEnvironment(dataFolder(process.env))
      const { url } = readEnv(process.env, (read) => postgresConfig(read, 'finance'))
      const options = { applicationName: 'segue-reconcile', queryTimeoutMs: STATEMENT_WITHIN_MS }
      const result = await withPool(url, options, (pool) => reconcile(pool, flags.file, flags.month, new Date()))
      const said = report(result)
      process.stdout.write(said.table)
      console.error(said.summary)
      process.exitCode = said.exitCode
    })
}

export interface Report {
  readonly exitCode: number
  /** CSV of the findings; of none nothing. */
  readonly table: string
  readonly summary: string
}

export function report(result: Reconciliation): Report {
  const { findings } = result
  if (findings.length === 0) return { exitCode: 0, table: '', summary: summary(result) }
  const table = stringify(findings.map(rowOf), { header: true, columns: COLUMNS })
  return { exitCode: DIFFERENCES_EXIT_CODE, table, summary: summary(result) }
}

function summary({ counts, posted }: Reconciliation): string {
  const { paid, ...others } = counts
  const different = Object.entries(others).filter(([, count]) => count > 0)
  const rest = different.map(([outcome, count]) => `, ${count} ${outcome}`).join('')
  return `${paid} paid, ${posted} of them posted now${rest}${different.length === 0 ? ': bank and ledger agree' : ''}`
}

function rowOf({ outcome, payoutId, payout, payment }: Finding): string[] {
  const currency = payment?.currency ?? payout?.currency ?? ''
  return [
    outcome,
    payoutId,
    payment?.holderId ?? payout?.holderId ?? '',
    currency,
    payout === undefined ? '' : writeAmount(payout.micros, payout.currency),
    payment === undefined ? '' : writeAmount(payment.amountMicros, currency),
    payment?.bookedOn ?? '',
    payment?.bankReference ?? '',
    payment === undefined ? '' : String(payment.line),
    payment?.reason ?? 'in no file of the bank so far',
  ]
}

function month(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text
  throw new InvalidArgumentError('a month as 2026-10 is wanted')
}
