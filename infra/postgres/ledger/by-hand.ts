/** Owns what a person enters in the ledger: in the month that is closed next, and once, however often it is asked for. */

import type { Pool, PoolClient } from '../client.ts'
import { isUuid } from './check-transfers.ts'
import { follow, followerId } from './follow-transfers.ts'
import { done, type LedgerResult, refusal } from './ledger-problem.ts'
import { openMonth } from './open-month.ts'
import { postTransfers } from './post-transfers.ts'
import { inLedger, Refused, statement } from './statement.ts'
import type { Posting, Transfer } from './transfer.ts'

const REASON_LENGTH = 500
export const REASON_FORM = `1 to ${REASON_LENGTH} characters`

/** As the table takes it, and without what nobody sees. */
export const isReason = (text: string): boolean => text !== '' && text.length <= REASON_LENGTH && text.trim() === text

export interface EnteredByHand {
  readonly transferId: string
  /** The month it is entered in, as 2026-11. */
  readonly period: string
  /** False: it was there. */
  readonly isNew: boolean
}

/** Takes back a posted transfer; of a payout that the bank has paid, what posted it. */
export const reverseByHand = (pool: Pool, transferId: string, reason: string): Promise<LedgerResult<EnteredByHand>> =>
  inLedger(pool, (client) => followByHand(client, 'reverse', transferId, reason))

/** Voids a pending payout: the next close pays what is owed again. */
export const voidByHand = (pool: Pool, transferId: string, reason: string): Promise<LedgerResult<EnteredByHand>> =>
  inLedger(pool, (client) => followByHand(client, 'void', transferId, reason))

interface Followed {
  readonly target_id: string
  readonly period: string
  readonly follower_id: string | null
  readonly follower_period: string | null
  /** Of an advance: what was kept back for it, and not given back. */
  readonly recoupments: readonly string[]
}

async function followByHand(
  client: PoolClient,
  how: 'reverse' | 'void',
  transferId: string,
  reason: string,
): Promise<EnteredByHand> {
  if (!isUuid(transferId)) throw new Refused(refusal('malformed', `${transferId} is no UUID in small letters`))
  const { rows } = await client.query<Followed>(statement('follow-by-hand'), [transferId, how])
  const [found] = rows
  if (found === undefined) throw new Refused(refusal('transfer-unknown', `there is no transfer ${transferId}`))
  const { target_id: earlierId, follower_id: before, follower_period: in_ } = found
  if (before !== null && in_ !== null) return { transferId: before, period: in_, isNew: false }
  const { recoupments } = found
  if (recoupments.length > 0)
    throw new Refused(refusal('recouped', `of the advance ${transferId} there was kept back ${recoupments.join(', ')}`))
  const period = await openMonth(client, found.period)
  await follow(client, how, [{ earlierId, period, reason }])
  return { transferId: followerId(how, earlierId), period, isNew: true }
}

export interface Correction {
  readonly transferId: string
  readonly reason: string
  readonly postings: readonly Posting[]
}

/** All of a call or none. A correction whose id the ledger has must be the same, in whatever month it was entered. */
export async function enterCorrections(
  pool: Pool,
  corrections: readonly Correction[],
): Promise<LedgerResult<readonly EnteredByHand[]>> {
  const odd = corrections.find(({ transferId }) => !isUuid(transferId))
  if (odd !== undefined) return refusal('malformed', `${odd.transferId} is no UUID in small letters`)
  const months = await inLedger(pool, async (client) => {
    const { rows } = await client.query<{ id: string; period: string }>(
      `SELECT transfer_id AS id, to_char(period, 'YYYY-MM') AS period FROM ledger_transfers WHERE transfer_id = ANY ($1::uuid[])`,
      [corrections.map(({ transferId }) => transferId)],
    )
    return { known: new Map(rows.map(({ id, period }) => [id, period])), next: await nextMonth(client) }
  })
  if (!months.ok) return months
  const { known, next } = months.value
  const transfers = corrections.map(
    ({ transferId, reason, postings }): Transfer => ({
      transferId,
      kind: 'correction',
      status: 'posted',
      period: known.get(transferId) ?? next,
      reason,
      postings,
    }),
  )
  const posted = await postTransfers(pool, transfers)
  if (!posted.ok) return posted
  return done(transfers.map(({ transferId, period }) => ({ transferId, period, isNew: !known.has(transferId) })))
}

/** The one after all that are closed or closing, or the first that there is. */
async function nextMonth(client: PoolClient): Promise<string> {
  const { rows } = await client.query<{ month: string | null }>(
    `SELECT to_char(min(month), 'YYYY-MM') AS month FROM accounting_months`,
  )
  const month = rows[0]?.month
  if (month === null || month === undefined)
    throw new Refused(refusal('month-unknown', 'accounting_months has no month'))
  return await openMonth(client, month)
}
