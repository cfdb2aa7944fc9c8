/** Owns the restore of PostgreSQL: in one transaction, so that what breaks off leaves an empty server. */

import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { inTransaction, type Pool, type PoolClient } from '../postgres/client.ts'
import { stopClock } from '../postgres/copy-out.ts'
import { OWNER_ROLE } from '../postgres/roles.ts'
import { StackProblem } from '../stack/problem.ts'
import type { Manifest } from './manifest.ts'
import { MIGRATED, quoted, SETTINGS, tableShapes } from './postgres-out.ts'

/** Rows that the migrations enter: a server that has these and no others is empty. */
const SEEDED: readonly string[] = [MIGRATED, 'royalty_terms', 'least_ages']

/** They fire even for a replica: they keep what may only be added to, and would link each entry of the audit log a second time. */
const ALWAYS = `
  SELECT c.relname AS "table", t.tgname AS trigger FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
   WHERE c.relnamespace = 'public'::regnamespace AND t.tgenabled = 'A' AND NOT t.tgisinternal AND t.tgparentid = 0 ORDER BY 1, 2`

/** The first table that has rows of its own; undefined: it is empty. */
export async function filledTable(pool: Pool): Promise<string | undefined> {
  const client = await pool.connect()
  try {
    for (const { name } of await tableShapes(client)) {
      if (SEEDED.includes(name)) continue
      const { rowCount } = await client.query(`SELECT FROM ${pg.escapeIdentifier(name)} LIMIT 1`)
      if (rowCount !== 0) return name
    }
    return undefined
  } finally {
    client.release()
  }
}

/**
 * @param open opens a file of the backup
 * @param beforeCommit what has to be so before anybody sees a row
 */
export async function restorePostgres(
  pool: Pool,
  { tables, months, sequences }: Manifest['postgres'],
  open: (name: string) => Promise<Readable>,
  beforeCommit: (client: PoolClient) => Promise<void>,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(SETTINGS)
    await makeMonths(client, months)
    await asReplica(client)
    const always = (await client.query<{ table: string; trigger: string }>(ALWAYS)).rows
    await setTriggers(client, always, 'DISABLE')
    for (const name of SEEDED) if (name !== MIGRATED) await client.query(`DELETE FROM ${pg.escapeIdentifier(name)}`)
    for (const { name, columns, rows, file } of tables) {
      // First: what cannot be opened must not leave a COPY that waits for it.
      const clear = await open(file.name)
      const copy = client.query(copyFrom(`COPY ${pg.escapeIdentifier(name)} (${quoted(columns)}) FROM STDIN`))
      stopClock(copy)
      await pipeline(clear, copy)
      if (copy.rowCount === rows) continue
      throw new StackProblem(`${name}: ${copy.rowCount} rows were restored of ${rows}; nothing was written`)
    }
    for (const { name, last, isCalled } of sequences) {
      await client.query('SELECT setval($1::regclass, $2, $3)', [pg.escapeIdentifier(name), last, isCalled])
    }
    await setTriggers(client, always, 'ENABLE ALWAYS')
    await client.query(`SET LOCAL session_replication_role = 'origin'`)
    await beforeCommit(client)
  })
  await pool.query('ANALYZE')
}

async function makeMonths(client: PoolClient, months: Manifest['postgres']['months']): Promise<void> {
  await client.query(`SET LOCAL ROLE ${OWNER_ROLE}`)
  for (const [table, ofTable] of Object.entries(months)) {
    for (const month of ofTable) await client.query('SELECT make_month_partition($1, $2)', [table, `${month}-01`])
  }
  await client.query('RESET ROLE')
}

/** Triggers and foreign keys are of the server that was backed up: its rows agreed. */
async function asReplica(client: PoolClient): Promise<void> {
  try {
    await client.query(`SET LOCAL session_replication_role = 'replica'`)
  } catch (cause) {
    const says =
      'a restore is done by a superuser, or by a role that was granted SET ON PARAMETER session_replication_role'
    throw new StackProblem(`${says}: give its address in SEGUE_POSTGRES_URL`, cause)
  }
}

async function setTriggers(
  client: PoolClient,
  triggers: readonly { readonly table: string; readonly trigger: string }[],
  to: 'DISABLE' | 'ENABLE ALWAYS',
): Promise<void> {
  for (const { table, trigger } of triggers) {
    await client.query(`ALTER TABLE ${pg.escapeIdentifier(table)} ${to} TRIGGER ${pg.escapeIdentifier(trigger)}`)
  }
}
