/** Owns what of PostgreSQL is backed up: all rows of all tables at one moment, as COPY writes them. The schema is in the migrations. */

import type { Readable } from 'node:stream'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import type { Pool, PoolClient } from '../postgres/client.ts'
import { stopClock } from '../postgres/copy-out.ts'
import { StackProblem } from '../stack/problem.ts'
import type { Manifest, PostgresSequence, PostgresTable } from './manifest.ts'
import { rowsName, type SealedFile } from './sealed-file.ts'

/** Rows of ten years; the driver counts in 32 bits. */
export const WHOLE_DAY_MS = 86_400_000

/** The same text of a value whatever a server is set to. A table that hides rows of the role fails, instead of being less. */
export const SETTINGS = `
  SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex';
  SET LOCAL extra_float_digits = 3; SET LOCAL client_encoding = 'UTF8'; SET LOCAL row_security = off`

/** What the migrations make and note by themselves. */
export const MIGRATED = 'schema_version'

/** Columns that are reckoned from others are reckoned again. */
const TABLES = `
  SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> '${MIGRATED}'
   GROUP BY c.relname ORDER BY c.relname`
const MONTHS = `
  SELECT parent.relname AS name, array_agg(replace(right(part.relname, 7), '_', '-') ORDER BY part.relname) AS months
    FROM pg_inherits i JOIN pg_class parent ON parent.oid = i.inhparent JOIN pg_class part ON part.oid = i.inhrelid
   WHERE parent.relnamespace = 'public'::regnamespace AND parent.relkind = 'p' GROUP BY parent.relname`
const SEQUENCES = `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' ORDER BY relname`

export interface TableShape {
  readonly name: string
  readonly columns: readonly string[]
}

export async function tableShapes(client: PoolClient): Promise<readonly TableShape[]> {
  return (await client.query<TableShape>(TABLES)).rows
}

export const quoted = (columns: readonly string[]): string => columns.map(pg.escapeIdentifier).join(', ')

/** @param put writes a file of the backup */
export async function backUpPostgres(
  pool: Pool,
  put: (name: string, clear: Readable) => Promise<SealedFile>,
): Promise<{ readonly takenAt: Date; readonly postgres: Manifest['postgres'] }> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    await client.query(SETTINGS)
    const { rows: moments } = await client.query<{ at: Date }>('SELECT clock_timestamp() AS at')
    const tables: PostgresTable[] = []
    for (const { name, columns } of await tableShapes(client)) {
      const statement = `COPY (SELECT ${quoted(columns)} FROM ${pg.escapeIdentifier(name)}) TO STDOUT`
      const copied = client.query(copyTo(statement))
      stopClock(copied)
      const file = await put(rowsName('postgres', name), copied)
      tables.push({ name, columns, rows: copied.rowCount, file })
    }
    const { rows: cut } = await client.query<{ name: string; months: string[] }>(MONTHS)
    const sequences: PostgresSequence[] = []
    for (const { name } of (await client.query<{ name: string }>(SEQUENCES)).rows) {
      const { rows } = await client.query<{ last: string; isCalled: boolean }>(
        `SELECT last_value::text AS last, is_called AS "isCalled" FROM ${pg.escapeIdentifier(name)}`,
      )
      const [at] = rows
      if (at !== undefined) sequences.push({ name, ...at })
    }
    const [moment] = moments
    if (moment === undefined) throw new Error('PostgreSQL did not tell the time')
    const months = Object.fromEntries(cut.map((one) => [one.name, one.months]))
    return { takenAt: moment.at, postgres: { tables, months, sequences } }
  } catch (cause) {
    if (cause instanceof pg.DatabaseError) throw new StackProblem(`PostgreSQL says: ${cause.message}`, cause)
    throw cause
  } finally {
    // What is not read to its end of a copy would stand before the answer to any other query.
    client.release(true)
  }
}
