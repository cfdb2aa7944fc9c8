/** Owns what tests of the ledger begin with: a database, holders, a contract, months, and a pool of the role that posts. */

import { readEnv } from '../../../runtime/env.ts'
import { createPool, inTransaction, type Pool } from '../../client.ts'
import { postgresConfig } from '../../config.ts'
import { migratePostgres } from '../../migrate.ts'
import { createTestDatabase, type TestDatabase } from '../../test-database.ts'
import type { Posting, Transfer } from '../transfer.ts'

const id = (kind: string, n: number) => `019a0000-0000-7000-8000-${kind}${String(n).padStart(12 - kind.length, '0')}`
export const holderOf = (n: number): string => id('a', n)
export const CONTRACT = id('c', 1)
/** CLOSED was closed before anything was entered. */
export const MONTHS = { closed: '2026-08', september: '2026-09', october: '2026-10', november: '2026-11' } as const

export interface LedgerWorld {
  readonly admin: Pool
  readonly finance: Pool
  readonly database: TestDatabase
  end(): Promise<void>
}

export async function createLedgerWorld(env: NodeJS.ProcessEnv, name: string, holders: number): Promise<LedgerWorld> {
  const database = await createTestDatabase(env, name)
  await migratePostgres(database.url)
  const admin = createPool(database.url, { applicationName: name })
  const { url } = readEnv(database.env, (read) => postgresConfig(read, 'finance'))
  const finance = createPool(url, { applicationName: name, maxConnections: 12, queryTimeoutMs: 60_000 })
  await inTransaction(admin, async (client) => {
    for (let n = 1; n <= holders; n++) {
      await client.query('INSERT INTO rights_holders (holder_id, name) VALUES ($1, $2)', [holderOf(n), `Holder ${n}`])
    }
    await client.query(
      `INSERT INTO contracts (contract_id, number, title, licensor_id, rights, signed_on)
       VALUES ($1, 'L-1', 'Ledger', $2, 'recording', '2026-01-01')`,
      [CONTRACT, holderOf(1)],
    )
    await client.query(
      `INSERT INTO contract_versions (contract_id, version, valid, is_worldwide, currency, revenue_num, revenue_den)
       VALUES ($1, 1, '[2026-01-01,)', true, 'EUR', 52, 100)`,
      [CONTRACT],
    )
    await client.query(`INSERT INTO contract_shares VALUES ($1, 1, $2, 'label', 2, 3), ($1, 1, $3, 'artist', 1, 3)`, [
      CONTRACT,
      holderOf(1),
      holderOf(2),
    ])
    for (const month of Object.values(MONTHS)) {
      await client.query('INSERT INTO accounting_months (month) VALUES ($1)', [`${month}-01`])
    }
  })
  await closeMonth(finance, MONTHS.closed)
  return {
    admin,
    finance,
    database,
    async end() {
      await finance.end()
      await admin.end()
      await database.drop()
    },
  }
}

export async function setMonth(finance: Pool, month: string, status: 'open' | 'closing'): Promise<void> {
  await finance.query('UPDATE accounting_months SET status = $2 WHERE month = $1', [`${month}-01`, status])
}

export async function closeMonth(finance: Pool, month: string): Promise<void> {
  await finance.query(`UPDATE accounting_months SET status = 'closed', closed_at = now() WHERE month = $1`, [
    `${month}-01`,
  ])
}

/** What is owed to a holder, of the pool. */
export function share(transferId: string, holder: number, micros: bigint, period: string = MONTHS.october): Transfer {
  const subject = { territory: 'DE', tier: 'individual', isrc: 'ZZSEG2600001', rights: 'recording' } as const
  const postings: Posting[] = [
    { kind: 'pool', currency: 'EUR', amountMicros: micros, ...subject },
    { kind: 'payable', currency: 'EUR', holderId: holderOf(holder), amountMicros: -micros, ...subject },
  ]
  return { transferId, kind: 'share', status: 'posted', period, postings }
}

/** Pending: told to the bank, and not yet paid. */
export function payout(transferId: string, holder: number, micros: bigint, period: string = MONTHS.october): Transfer {
  return {
    transferId,
    kind: 'payout',
    status: 'pending',
    period,
    postings: [
      { kind: 'payable', currency: 'EUR', holderId: holderOf(holder), amountMicros: micros },
      { kind: 'bank', currency: 'EUR', amountMicros: -micros },
    ],
  }
}
