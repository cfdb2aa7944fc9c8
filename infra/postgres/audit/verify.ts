/** Owns the walk over the audit log of a server: every link with its entry, and every entry that has no link. */

import type { Pool, PoolClient } from '../client.ts'
import { PARTITIONED_TABLES } from '../partitions/partitioned-tables.ts'
import { type AuditFinding, createChainCheck } from './check-chain.ts'
import type { AuditEntry, AuditLink } from './entry.ts'
import type { ChainHead } from './noted-heads.ts'

const PAGE = 5_000

const ENTRY = `
  a.login, a.role, a.user_id::text AS "userId", a.action, a.table_name AS "tableName", a.row_key::text AS "rowKey",
  a.changed::text AS changed, a.before::text AS before, a.after::text AS after`

const LINKS = `
  SELECT l.sequence, l.entry_id::text AS "entryId", audit_micros(l.at)::text AS "atMicros", l.digest, l.hash,
         to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, a.entry_id IS NOT NULL AS "isThere", ${ENTRY}
    FROM (SELECT * FROM audit_links WHERE sequence > $1 ORDER BY sequence LIMIT ${PAGE}) AS l
    LEFT JOIN audit_log a ON a.entry_id = l.entry_id AND a.at = l.at
   ORDER BY l.sequence`

const WITHOUT_LINK = `
  SELECT a.entry_id::text AS "entryId", audit_micros(a.at)::text AS "atMicros", ${ENTRY}
    FROM audit_log a LEFT JOIN audit_links l ON l.entry_id = a.entry_id AND l.at = a.at
   WHERE l.entry_id IS NULL ORDER BY a.at LIMIT 1000`

const MONTHS = `
  SELECT replace(right(inhrelid::regclass::text, 7), '_', '-') AS month FROM pg_inherits WHERE inhparent = 'audit_log'::regclass`

/**
 * Months go in their order, and an entry tells it; the entry of the first ones has itself gone after ten years. One that was too young
 * when it went is not excused by its entry: its age is held against the book here, and not against what the database says of it.
 */
const RETIRED = `
  SELECT coalesce(max(month) FILTER (WHERE was_due), '') AS until, coalesce(array_agg(month) FILTER (WHERE NOT was_due), '{}') AS early
    FROM (SELECT row_key ->> 'month' AS month,
                 to_date(row_key ->> 'month', 'YYYY-MM') + make_interval(months => $1) < date_trunc('month', at AT TIME ZONE 'UTC') AS was_due
            FROM audit_log WHERE action = 'retire' AND table_name = 'audit_log') AS retired`

type LinkRow = Omit<AuditEntry, 'entryId' | 'atMicros'> &
  Omit<AuditLink, 'sequence'> & { sequence: string; month: string; isThere: boolean }

export interface AuditVerdict {
  readonly findings: readonly AuditFinding[]
  readonly head: ChainHead
  /** Whose months were retired: their links are there, they themselves are not. */
  readonly retired: number
}

/** All of it as it was at one moment, while others write on. */
export async function verifyAudit(pool: Pool, noted: readonly ChainHead[] = []): Promise<AuditVerdict> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return await walk(client, noted)
  } finally {
    await client.query('ROLLBACK').finally(() => client.release())
  }
}

async function walk(client: PoolClient, noted: readonly ChainHead[]): Promise<AuditVerdict> {
  const check = createChainCheck(noted)
  const months = new Set((await client.query<{ month: string }>(MONTHS)).rows.map(({ month }) => month))
  const wentByTheBook = await readRetired(client)
  const findings: AuditFinding[] = []
  let retired = 0
  for (;;) {
    const { rows } = await client.query<LinkRow>(LINKS, [check.head.sequence.toString()])
    for (const row of rows) {
      const isRetired = !row.isThere && wentByTheBook(row.month) && !months.has(row.month)
      if (isRetired) retired += 1
      findings.push(...check.take({ ...row, sequence: BigInt(row.sequence) }, row.isThere ? row : undefined, isRetired))
    }
    if (rows.length < PAGE) break
  }
  findings.push(...check.end())
  const strangers = (await client.query<AuditEntry>(WITHOUT_LINK)).rows
  return { findings: strangers.reduce(withStranger, findings), head: check.head, retired }
}

/** Whether a month that is gone was old enough, by what the entries tell. */
async function readRetired(client: PoolClient): Promise<(month: string) => boolean> {
  const keepMonths = PARTITIONED_TABLES.audit_log?.keepMonths
  const { rows } = await client.query<{ until: string; early: readonly string[] }>(RETIRED, [keepMonths])
  const { until = '', early = [] } = rows[0] ?? {}
  return (month) => month <= until && !early.includes(month)
}

/** An entry without a link of its time: of an entry that is missing, its time was altered; else somebody put it there. */
function withStranger(findings: readonly AuditFinding[], entry: AuditEntry): AuditFinding[] {
  const { entryId } = entry
  const lost = findings.find((finding) => finding.flaw === 'missing' && finding.entryId === entryId)
  if (lost === undefined) {
    const what = `${entry.action} of ${entry.tableName} ${entry.rowKey} by ${entry.login}`
    return [...findings, { flaw: 'inserted', entryId, says: `the entry was put in past the chain: ${what}` }]
  }
  const altered = { ...lost, flaw: 'altered' as const, says: 'the entry was altered: its time is another' }
  return findings.map((finding) => (finding === lost ? altered : finding))
}
