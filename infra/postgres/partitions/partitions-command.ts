/** Owns `segue partitions`: the job that makes months ahead and retires those that were kept long enough. */

import { Command, InvalidArgumentError } from 'commander'
import { wholeNumber } from '../../cli/whole-number.ts'
import { readEnv } from '../../runtime/env.ts'
import { StackProblem } from '../../stack/problem.ts'
import { postgresConfig } from '../config.ts'
import { withPool } from '../with-pool.ts'
import { AHEAD_MONTHS, PARTITIONED_TABLES, STATEMENT_WITHIN_MS } from './partitioned-tables.ts'
import { type PartitionStep, planPartitions, takeStep } from './tend-partitions.ts'

interface Options {
  readonly ahead: number
  readonly keep?: Readonly<Record<string, number>>
  readonly dryRun?: boolean
}

export function partitionsCommand(): Command {
  const kept = Object.entries(PARTITIONED_TABLES).map(([table, { keepMonths }]) => `  ${table}: ${keepMonths} months`)
  return new Command('partitions')
    .description('make the months to come of the large tables, and drop those that were kept long enough')
    .option('--ahead <months>', 'months after this one that are made', wholeNumber(0, 120), AHEAD_MONTHS)
    .option('--keep <table=months>', 'keep a table for longer, so many months; may be given again', readKeep)
    .option('--dry-run', 'say what would be done, and do nothing')
    .addHelpText(
      'after',
      `\nKept after the month a row is of:\n${kept.join('\n')}\n\nThe worker of partitions does the same each day.`,
    )
    .action(partitions)
}

function readKeep(text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const [table = '', months = ''] = text.split('=')
  const least = PARTITIONED_TABLES[table]?.keepMonths
  if (least === undefined) {
    throw new InvalidArgumentError(`one of ${Object.keys(PARTITIONED_TABLES).join(', ')} is wanted before =`)
  }
  return { ...before, [table]: wholeNumber(least, 1_200)(months) }
}

async function partitions({ ahead, keep, dryRun }: Options): Promise<void> {
  const { url } = readEnv(process.env, (read) => postgresConfig(read, 'maintenance'))
  await withPool(url, { applicationName: 'segue-partitions', queryTimeoutMs: STATEMENT_WITHIN_MS }, async (pool) => {
    const steps = await planPartitions(pool, { aheadMonths: ahead, keepMonths: keep ?? {} })
    const failures: string[] = []
    for (const [index, step] of steps.entries()) {
      const place = `${index + 1}/${steps.length}`
      if (dryRun === true) {
        console.log(`${place} would ${step.kind} ${step.table} ${step.month}`)
        continue
      }
      try {
        await takeStep(pool, step)
        console.log(`${place} ${step.kind === 'make' ? 'made' : 'retired'} ${step.table} ${step.month}`)
      } catch (error) {
        failures.push(failureOf(step, error))
      }
    }
    if (failures.length > 0) throw new StackProblem(failures.join('\n'))
    if (steps.length === 0) console.log('every month is there, and none is too old')
  })
}

function failureOf({ kind, table, month }: PartitionStep, cause: unknown): string {
  const why = cause instanceof Error ? cause.message : String(cause)
  const waited = /lock timeout/.test(why) ? '; somebody holds the table: run it again when that has ended' : ''
  return `could not ${kind} ${month} of ${table}: ${why}${waited}`
}
