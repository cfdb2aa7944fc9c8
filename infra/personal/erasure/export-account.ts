/** Owns the copy of one's own data that a listener may ask for: what names him, his rows, what his players said, and what is remembered of him for a while. */

import { readEvents } from '../../clickhouse/listener-events.ts'
import { speakAs } from '../../postgres/speak-as.ts'
import { ACCOUNT_KINDS } from '../../redis/account-keys.ts'
import { createListenerVault } from '../listener-vault.ts'
import type { MasterKeys } from '../master-keys.ts'
import { readPaymentMethods } from '../payment-details.ts'
import type { Stores } from './erasure.ts'
import { inStore } from './in-store.ts'
import { asked, LISTENER_TABLES, type Who } from './listener-tables.ts'

type Rows = readonly unknown[]

export interface OwnData {
  readonly account: string
  readonly made_at: string
  readonly names: Readonly<Record<string, string>>
  /** What the issuer has of him; null: nothing, or it is one that we may not ask. */
  readonly sign_in: Readonly<Record<string, unknown>> | null
  readonly tables: Readonly<Record<string, Rows>>
  /** What his players said, by table of ClickHouse. */
  readonly played: Readonly<Record<string, Rows>>
  /** In Redis, by kind: for as long as an evening goes on, or a campaign counts. */
  readonly remembered: Readonly<Record<string, Rows>>
}

export async function exportAccount(stores: Stores, masterKeys: MasterKeys, accountId: string): Promise<OwnData> {
  const { postgres, clickhouse, redis, issuer } = stores
  const { rows } = await postgres.query<{ userId: string }>(
    'SELECT user_id::text AS "userId" FROM users WHERE account_id = $1',
    [accountId],
  )
  const userId = rows[0]?.userId ?? null
  const who: Who = { userId, accountId, pseudonym: '' }
  const tables: Record<string, Rows> = {}
  for (const [table, { exports }] of Object.entries(LISTENER_TABLES)) {
    if (exports === undefined) continue
    const sql = `SELECT to_jsonb(t) AS row FROM ${table} t WHERE ${exports}`
    tables[table] = (await postgres.query<{ row: unknown }>(...asked(sql, who))).rows.map(({ row }) => row)
  }
  const vault = createListenerVault(masterKeys)
  const names =
    userId === null
      ? undefined
      : await speakAs(postgres, { role: 'billing' }, async (client) => {
          tables.payment_methods = await readPaymentMethods(client, vault, userId)
          return await vault.read(client, userId)
        })
  const played = await inStore('ClickHouse', readEvents(clickhouse, accountId))
  const remembered: Record<string, Rows> = {}
  for (const [kind, { read }] of Object.entries(ACCOUNT_KINDS))
    remembered[kind] = await inStore('Redis', read(redis, accountId))
  const sign_in = issuer === undefined ? null : ((await inStore('Issuer', issuer.read(accountId))) ?? null)
  const made_at = new Date().toISOString()
  return { account: accountId, made_at, names: names ?? {}, sign_in, tables, played, remembered }
}
