/** Owns in which month what is entered by hand, or told by a bank, is booked. */

import type { PoolClient } from '../client.ts'
import { firstDay } from './columns.ts'
import { statement } from './statement.ts'

/** The first month from this one on that takes entries: it is the next to be closed, or a later one. A row of it is made. */
export async function openMonth(client: PoolClient, from: string): Promise<string> {
  const { rows } = await client.query<{ month: string }>(statement('open-month'), [firstDay(from)])
  const [first] = rows
  if (first === undefined) throw new Error(`no month from ${from} on is open, and none could be made`)
  return first.month
}
