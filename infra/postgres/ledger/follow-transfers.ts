/** Owns what comes after a transfer: a pending one is posted or voided, a posted one reversed, each once, by a transfer of its own. */

import type { Pool, PoolClient } from '../client.ts'
import { isUuid } from './check-transfers.ts'
import { firstDay } from './columns.ts'
import { type LedgerResult, refusal } from './ledger-problem.ts'
import type { Posted } from './post-transfers.ts'
import { inLedger, Refused, statement } from './statement.ts'
import { transferIdOf } from './transfer.ts'

const FOLLOW = statement('follow-transfers')
const COMPARE = statement('compare-followers')

export interface Follower {
  /** The transfer that is posted, voided or reversed. */
  readonly earlierId: string
  /** The month it is entered in, as 2026-11: that of the earlier or a later one. */
  readonly period: string
  /** Of the new transfer; without it, one made from the earlier's. */
  readonly transferId?: string
  readonly reason?: string
}

export type Following = 'post' | 'void' | 'reverse'

/** Pending transfers become posted: their postings count from now on. All of a call or none. */
export const postPending = (pool: Pool, followers: readonly Follower[]): Promise<LedgerResult<Posted>> =>
  inLedger(pool, (client) => follow(client, 'post', followers))

/** A pending transfer that is not to be. */
export const voidTransfer = (pool: Pool, follower: Follower): Promise<LedgerResult<Posted>> =>
  inLedger(pool, (client) => follow(client, 'void', [follower]))

/** A posted transfer is taken back: the same postings with the other sign, and a reason. */
export const reverse = (pool: Pool, follower: Follower & { readonly reason: string }): Promise<LedgerResult<Posted>> =>
  inLedger(pool, (client) => follow(client, 'reverse', [follower]))

export const followerId = (how: Following, earlierId: string): string => transferIdOf(how, earlierId)

/** Within the transaction of a caller that uses `inLedger`. */
export async function follow(client: PoolClient, how: Following, followers: readonly Follower[]): Promise<Posted> {
  const odd = followers.find(({ earlierId, transferId }) => !(isUuid(earlierId) && isUuid(transferId ?? earlierId)))
  if (odd !== undefined) throw new Refused(refusal('malformed', `${odd.earlierId} or its follower is no UUID`))
  const columns = [
    followers.map(({ earlierId, transferId }) => transferId ?? followerId(how, earlierId)),
    followers.map(({ earlierId }) => earlierId),
    followers.map(() => how),
    followers.map(({ period }) => firstDay(period)),
    followers.map(({ reason }) => reason ?? null),
  ]
  const { rows } = await client.query<{ transfer_id: string }>(FOLLOW, columns)
  if (rows.length < followers.length) await refuseOthers(client, columns, new Set(rows.map((row) => row.transfer_id)))
  return { entered: rows.length, repeated: followers.length - rows.length }
}

async function refuseOthers(client: PoolClient, columns: unknown[][], entered: ReadonlySet<string>): Promise<void> {
  const rest = columns.map((column) => column.filter((_, index) => !entered.has(String(columns[0]?.[index]))))
  const { rows } = await client.query<Odd>(COMPARE, rest)
  const [odd] = rows
  if (odd === undefined) return
  throw new Refused(refusal(odd.code, WHY[odd.code](odd)))
}

interface Odd {
  readonly transfer_id: string
  readonly earlier_id: string
  /** What followed the earlier one. */
  readonly other_id: string | null
  readonly code: keyof typeof WHY
}

const WHY = {
  'transfer-unknown': ({ earlier_id }: Odd) => `there is no transfer ${earlier_id}`,
  conflict: ({ transfer_id }: Odd) => `the ledger has ${transfer_id} otherwise`,
  'settled-already': ({ earlier_id, other_id }: Odd) =>
    `the transfer ${earlier_id} was posted or voided by ${other_id}`,
  'reversed-already': ({ earlier_id, other_id }: Odd) => `the transfer ${earlier_id} was reversed by ${other_id}`,
} as const
