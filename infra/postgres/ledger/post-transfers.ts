/** Owns `postTransfers`: transfers entered once, however often they are given, all of a call or none. */

import type { Pool, PoolClient } from '../client.ts'
import { checkTransfers } from './check-transfers.ts'
import { Accounts, columnsOf, inParts } from './columns.ts'
import { type LedgerResult, refusal } from './ledger-problem.ts'
import { inLedger, Refused, statement } from './statement.ts'
import type { Transfer } from './transfer.ts'

const OPEN = statement('open-accounts')
const POST = statement('post-transfers')
const COMPARE = statement('compare-transfers')

export interface Posted {
  readonly entered: number
  /** That the ledger had, with the same content. */
  readonly repeated: number
}

/**
 * In one transaction. A transfer whose id the ledger has is left out when its content is the same, and refused, with all
 * others of the call, when it is another. Accounts that are named for the first time are opened.
 */
export async function postTransfers(pool: Pool, transfers: readonly Transfer[]): Promise<LedgerResult<Posted>> {
  const checked = checkTransfers(transfers)
  if (!checked.ok) return checked
  const sorted = checked.value
  const accounts = new Accounts()
  for (const { postings } of sorted) for (const posting of postings) accounts.idOf(posting)
  // Opened before, in one order: two that post at once would else wait for each other's accounts.
  const opened = await inLedger(pool, (client) => client.query(OPEN, accounts.columns()))
  if (!opened.ok) return opened
  return await inLedger(pool, async (client) => {
    let entered = 0
    for (const part of inParts(sorted)) entered += await postPart(client, part, accounts)
    return { entered, repeated: sorted.length - entered }
  })
}

async function postPart(client: PoolClient, part: readonly Transfer[], accounts: Accounts): Promise<number> {
  const { rows } = await client.query<{ transfer_id: string }>(POST, columnsOf(part, accounts))
  if (rows.length === part.length) return rows.length

  const entered = new Set(rows.map(({ transfer_id }) => transfer_id))
  const repeated = part.filter(({ transferId }) => !entered.has(transferId))
  const differing = await client.query<{ transfer_id: string }>(COMPARE, columnsOf(repeated, accounts))
  const [first] = differing.rows
  if (first !== undefined) throw new Refused(refusal('conflict', `the ledger has ${first.transfer_id} otherwise`))
  return rows.length
}
