/** Owns what a superuser does to the audit log in a test, and its undoing. */

import type { Pool } from '../../client.ts'

/** What a superuser may do who first puts the triggers out of the way; undone afterwards, so that each test finds a whole chain. */
export async function tamperedWith(
  admin: Pool,
  sql: string,
  params: readonly unknown[],
  look: () => Promise<void>,
): Promise<void> {
  const client = await admin.connect()
  const copies = ['audit_log', 'audit_links'] as const
  const loosely = async (work: () => Promise<void>) => {
    await client.query('SET session_replication_role = replica')
    await client.query('ALTER TABLE audit_links DISABLE TRIGGER USER; ALTER TABLE audit_log DISABLE TRIGGER USER')
    await work()
    await client.query('ALTER TABLE audit_links ENABLE ALWAYS TRIGGER audit_links_are_kept')
    await client.query(
      'ALTER TABLE audit_log ENABLE TRIGGER USER; ALTER TABLE audit_log ENABLE ALWAYS TRIGGER link_audit_entry',
    )
    await client.query('RESET session_replication_role')
  }
  try {
    for (const table of copies) await client.query(`CREATE TABLE untouched_${table} AS TABLE ${table}`)
    await loosely(async () => {
      await client.query(sql, [...params])
    })
    await look()
  } finally {
    await loosely(async () => {
      for (const table of copies) {
        await client.query(`DELETE FROM ${table}`)
        await client.query(`INSERT INTO ${table} SELECT * FROM untouched_${table}`)
        await client.query(`DROP TABLE untouched_${table}`)
      }
    })
    client.release()
  }
}
