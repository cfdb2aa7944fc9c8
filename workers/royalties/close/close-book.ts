/** Owns the statements on the close of a month: its status, the input that it is reckoned from, the files that were written. */

import { readFileSync } from 'node:fs'
import { inTransaction, type Pool, type PoolClient } from '../../../infra/postgres/client.ts'
import type { FileKind } from './documents.ts'

export type MonthStatus = 'open' | 'closing' | 'closed'

export interface Close {
  readonly closeId: string
  readonly inputHash: string
  readonly partHashes: Readonly<Record<string, string>>
  readonly objectKey: string
  readonly streamsUntil: Date
}

export interface KnownFile {
  readonly objectKey: string
  readonly kind: FileKind
  readonly contentHash: string
  readonly bytes: number
}

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8')

export async function statusOf(pool: Pool, firstDay: string): Promise<MonthStatus | undefined> {
  const { rows } = await pool.query<{ status: MonthStatus }>('SELECT status FROM accounting_months WHERE month = $1', [
    firstDay,
  ])
  return rows[0]?.status
}

/** A month that is closing goes back to open only before its input is frozen. */
export async function setStatus(pool: Pool, firstDay: string, status: MonthStatus): Promise<void> {
  await pool.query('INSERT INTO accounting_months (month) VALUES ($1) ON CONFLICT DO NOTHING', [firstDay])
  await pool.query(
    `UPDATE accounting_months SET status = $2, closed_at = CASE WHEN $2 = 'closed' THEN now() END
      WHERE month = $1 AND status <> $2 AND status <> 'closed'`,
    [firstDay, status],
  )
}

/** Earlier months with streams that count and that nobody closed, whether or not a row says that they are there. */
export async function earlierOpen(
  pool: Pool,
  firstDay: string,
): Promise<readonly { month: string; streams: number }[]> {
  const { rows } = await pool.query<{ month: string; streams: number }>(sql('earlier-open'), [firstDay])
  return rows
}

/** Later months that are closed, or whose input is frozen: advances and what was carried were reckoned without the months before them. */
export async function laterClosed(pool: Pool, firstDay: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ month: string }>(
    `SELECT to_char(month, 'YYYY-MM') AS month FROM accounting_months LEFT JOIN royalty_closes c USING (month)
      WHERE month > $1 AND (status = 'closed' OR c.month IS NOT NULL) ORDER BY 1`,
    [firstDay],
  )
  return rows.map(({ month }) => month)
}

/** Up to when all that will ever be in the books is there by now: by their own clock, `now` at the latest. */
export async function enteredUntil(pool: Pool, now: Date): Promise<Date> {
  const { rows } = await pool.query<{ until: Date }>(
    `SELECT date_trunc('milliseconds', least(entered_until(), $1::timestamptz)) AS until`,
    [now],
  )
  return rows[0]?.until ?? now
}

/** The oldest transaction under way in the books: whoever it is may yet enter what is older than now. */
export async function oldestEntry(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ pid: number; role: string; application: string; began: Date }>(
    'SELECT pid, role, application, began FROM oldest_entry()',
  )
  const [first] = rows
  if (first === undefined) return 'it has ended since'
  const { pid, role, application, began } = first
  return `since ${began.toISOString()} the connection ${pid} of ${role}${application === '' ? '' : ` (${application})`} has one`
}

export async function closeOf(pool: Pool, firstDay: string): Promise<Close | undefined> {
  const { rows } = await pool.query<Close>(
    `SELECT close_id AS "closeId", input_hash AS "inputHash", part_hashes AS "partHashes", object_key AS "objectKey",
            streams_until AS "streamsUntil" FROM royalty_closes WHERE month = $1`,
    [firstDay],
  )
  return rows[0]
}

/** With the file that the input lies in: one without the other could not be gone on from. */
export async function enterClose(pool: Pool, firstDay: string, close: Close, bytes: number): Promise<void> {
  const { closeId, inputHash, partHashes, objectKey, streamsUntil } = close
  await inTransaction(pool, async (client) => {
    await client.query(
      `INSERT INTO royalty_closes (month, close_id, input_hash, part_hashes, object_key, streams_until) VALUES ($1, $2, $3, $4, $5, $6)`,
      [firstDay, closeId, inputHash, JSON.stringify(partHashes), objectKey, streamsUntil],
    )
    await enterFile(client, firstDay, { objectKey, kind: 'inputs', contentHash: inputHash, bytes, holderId: null })
  })
}

export async function filesOf(pool: Pool, firstDay: string): Promise<ReadonlyMap<string, KnownFile>> {
  const { rows } = await pool.query<KnownFile>(
    `SELECT object_key AS "objectKey", kind, content_hash AS "contentHash", bytes::float8 AS bytes FROM royalty_files WHERE month = $1`,
    [firstDay],
  )
  return new Map(rows.map((row) => [row.objectKey, row]))
}

export async function enterFile(
  client: Pool | PoolClient,
  firstDay: string,
  { objectKey, kind, contentHash, bytes, holderId }: KnownFile & { readonly holderId: string | null },
): Promise<void> {
  await client.query(
    `INSERT INTO royalty_files (object_key, month, kind, holder_id, content_hash, bytes) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING`,
    [objectKey, firstDay, kind, holderId, contentHash, bytes],
  )
}
