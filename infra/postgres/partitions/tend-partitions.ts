/** Owns the tending of months: which are to be made and which to be retired, and doing so. */

import type pg from 'pg'
import { StackProblem } from '../../stack/problem.ts'
import { AHEAD_MONTHS, BEHIND_MONTHS, PARTITIONED_TABLES } from './partitioned-tables.ts'

export interface PartitionStep {
  readonly kind: 'make' | 'retire'
  readonly table: string
  /** As 2026-11. */
  readonly month: string
}

export interface TendOptions {
  readonly aheadMonths?: number
  /** Instead of what the table of tables says. */
  readonly keepMonths?: Readonly<Record<string, number>>
}

/** What PostgreSQL has of one table. */
interface Partitions {
  readonly table: string
  readonly current: string
  readonly months: readonly string[]
}

type Queryable = Pick<pg.ClientBase, 'query'>

/** Whoever waits for a table longer than this would make all others wait behind him. */
const LOCK_WITHIN_MS = 5_000

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/

const PARTITIONS = `
  SELECT c.relname AS table, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM') AS current,
         coalesce(array_agg(replace(right(p.relname, 7), '_', '-')) FILTER (WHERE p.oid IS NOT NULL), '{}') AS months
    FROM pg_class c
    LEFT JOIN pg_inherits i ON i.inhparent = c.oid
    LEFT JOIN pg_class p ON p.oid = i.inhrelid
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'p'
   GROUP BY c.relname ORDER BY c.relname`

async function partitionsOf(client: Queryable): Promise<readonly Partitions[]> {
  return (await client.query<Partitions>(PARTITIONS)).rows
}

/** Of each table, the whole months after this one that take rows, by the clock of the server. */
export async function monthsAhead(client: Queryable): Promise<ReadonlyMap<string, number>> {
  return new Map((await partitionsOf(client)).map((each) => [each.table, aheadOf(each)]))
}

/** Pure. What lies behind a gap is not ahead, and nothing is without the current month. */
export function aheadOf({ current, months }: Pick<Partitions, 'current' | 'months'>): number {
  const there = new Set(months.map(numberOf))
  const now = numberOf(current)
  let next = now
  while (there.has(next)) next += 1
  return Math.max(0, next - now - 1)
}

/**
 * What is to be done now, by the clock of the server: months that rows wait for come before those that are dropped.
 * @throws {Error} when a table is cut by month and not in the table of tables, or the other way round, or has a part that is no month.
 */
export async function planPartitions(client: Queryable, options: TendOptions = {}): Promise<readonly PartitionStep[]> {
  const rows = await partitionsOf(client)
  const found = rows.map(({ table }) => table)
  const known = Object.keys(PARTITIONED_TABLES)
  const odd = [...found.filter((name) => !known.includes(name)), ...known.filter((name) => !found.includes(name))]
  if (odd.length > 0) {
    throw new Error(
      `${odd.join(', ')}: a table is cut by month in the schema and in infra/postgres/partitions/partitioned-tables.ts, or in neither`,
    )
  }
  const strange = rows.flatMap(({ table, months }) =>
    months.filter((month) => !MONTH.test(month)).map((month) => `${table}: …${month}`),
  )
  if (strange.length > 0) throw new StackProblem(`parts that are no months, made by hand: ${strange.join(', ')}`)
  const steps = rows.flatMap(({ table, current, months }) => {
    const keepMonths = options.keepMonths?.[table] ?? PARTITIONED_TABLES[table]?.keepMonths ?? Number.POSITIVE_INFINITY
    return stepsOf(table, { current, months, keepMonths, aheadMonths: options.aheadMonths ?? AHEAD_MONTHS })
  })
  return [...steps.filter(({ kind }) => kind === 'make'), ...steps.filter(({ kind }) => kind === 'retire')]
}

/** Pure, for one table. A month that is to be retired is never made. */
export function stepsOf(
  table: string,
  at: {
    readonly current: string
    readonly months: readonly string[]
    readonly keepMonths: number
    readonly aheadMonths: number
  },
): PartitionStep[] {
  const now = numberOf(at.current)
  const oldest = now - at.keepMonths
  const there = new Set(at.months.map(numberOf))
  const retired = [...there].filter((month) => month < oldest).sort((a, b) => a - b)
  const wanted = Array.from({ length: BEHIND_MONTHS + 1 + at.aheadMonths }, (_, index) => now - BEHIND_MONTHS + index)
  const made = wanted.filter((month) => month >= oldest && !there.has(month))
  return [
    ...made.map((month) => ({ kind: 'make' as const, table, month: nameOf(month) })),
    ...retired.map((month) => ({ kind: 'retire' as const, table, month: nameOf(month) })),
  ]
}

function numberOf(month: string): number {
  const [year, ofYear] = month.split('-').map(Number)
  return (year ?? 0) * 12 + (ofYear ?? 1) - 1
}

function nameOf(number: number): string {
  return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, '0')}`
}

/** One step, in a transaction of its own: what is done stays done when a later one fails. */
export async function takeStep(client: Queryable, { kind, table, month }: PartitionStep): Promise<void> {
  const work = kind === 'make' ? 'make_month_partition' : 'retire_month_partition'
  await client.query(`SET lock_timeout = ${LOCK_WITHIN_MS}`)
  await client.query(`SELECT ${work}($1, $2)`, [table, `${month}-01`])
}
