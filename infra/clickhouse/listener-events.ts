/** Owns what ClickHouse has of an account: given to him who asks for it, and erased: what he did is deleted, what was counted for others stays under a pseudonym. */

import { createHash } from 'node:crypto'
import type { ClickHouseClient } from './client.ts'

/** By table: what becomes of its rows in an erasure. Streams and advertisements are compared with the books, which keep them too. Rollups hold hashes of accounts, and stay: infra/personal/README.md says what they tell. */
export const LISTENER_EVENTS: Readonly<Record<string, string>> = {
  playback_events: 'DELETE',
  late_events: 'DELETE',
  streams: `UPDATE account_id = {pseudonym:String}, device_id = 'erased'`,
  ad_events: 'UPDATE account_id = {pseudonym:String}',
}

/** By its hash: ClickHouse keeps the text of mutations and queries, and the account must not be in it. */
const IS_HIS = 'hex(SHA256(account_id)) = {hash:String}'
const hashOf = (accountId: string) => createHash('sha256').update(accountId).digest('hex').toUpperCase()

/** Each row once, by table. */
export async function readEvents(
  client: ClickHouseClient,
  accountId: string,
): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const events: Record<string, readonly unknown[]> = {}
  for (const table of Object.keys(LISTENER_EVENTS)) {
    const query = `SELECT * FROM ${table} FINAL WHERE ${IS_HIS}`
    const found = await client.query({ query, query_params: { hash: hashOf(accountId) }, format: 'JSONEachRow' })
    events[table] = await found.json()
  }
  return events
}

async function rowsOf(client: ClickHouseClient, table: string, hash: string): Promise<number> {
  const query = `SELECT count() AS rows FROM ${table} WHERE ${IS_HIS}`
  const found = await client.query({ query, query_params: { hash }, format: 'JSONEachRow' })
  return Number((await found.json<{ rows: string }>())[0]?.rows ?? 0)
}

/** Whether {@link eraseEvents} would find anything. */
export async function hasEvents(client: ClickHouseClient, accountId: string): Promise<boolean> {
  for (const table of Object.keys(LISTENER_EVENTS))
    if ((await rowsOf(client, table, hashOf(accountId))) > 0) return true
  return false
}

/** How many rows of which tables; again, none. Waits until the parts are written anew: the ones before go minutes later. */
export async function eraseEvents(
  client: ClickHouseClient,
  { accountId, pseudonym }: { readonly accountId: string; readonly pseudonym: string },
): Promise<ReadonlyMap<string, number>> {
  const hash = hashOf(accountId)
  const touched = new Map<string, number>()
  for (const [table, change] of Object.entries(LISTENER_EVENTS)) {
    const rows = await rowsOf(client, table, hash)
    if (rows === 0) continue
    await client.command({
      query: `ALTER TABLE ${table} ${change} WHERE ${IS_HIS} SETTINGS mutations_sync = 1`,
      query_params: change === 'DELETE' ? { hash } : { hash, pseudonym },
    })
    touched.set(table, rows)
  }
  return touched
}
