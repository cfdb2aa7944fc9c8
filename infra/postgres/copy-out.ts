/**
 * Owns reading the rows of a query by COPY, in binary: where rows are millions, the driver's way with each, an object of strings,
 * costs more than all that is done with it.
 */

import type { Connection } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import type { PoolClient } from './client.ts'
import { CopyRow } from './copy-row.ts'

/** What may wait to be taken, while the server makes more. */
const AHEAD_BYTES = 1 << 20

/** What the driver puts into a query that it is given. */
interface Submitted {
  readonly connection?: Connection
  readonly callback?: () => void
}

/** Stops the clock by which the driver gives a query up: of a copy it does not see the end, and the process would wait for it. */
export function stopClock(copy: object): void {
  ;(copy as Submitted).callback?.()
}

/**
 * Gives one row again and again, each time with more bytes: it is moved by `next` until that says no. Whoever stops before the
 * end loses the connection, and with it his transaction.
 * @param values stand where the statement has `$1`, `$2`: COPY takes no parameters.
 */
export async function* copyOut(
  client: PoolClient,
  statement: string,
  values: readonly string[],
): AsyncGenerator<CopyRow> {
  const query = statement.replaceAll(/\$(\d)/g, (_, number: string) =>
    client.escapeLiteral(values[Number(number) - 1] ?? ''),
  )
  const copied = client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT binary)`, { highWaterMark: AHEAD_BYTES }))
  const submitted = copied as Submitted
  const row = new CopyRow()
  let isRead = false
  try {
    for await (const chunk of copied) {
      row.take(chunk as Buffer)
      yield row
    }
    isRead = true
  } catch (cause) {
    // That the server refused the query it has told: the connection is ready for the next.
    isRead = cause instanceof Error && 'severity' in cause
    throw cause
  } finally {
    stopClock(copied)
    // What was not read would stand before the answer to any other query.
    if (!isRead) submitted.connection?.stream.destroy()
  }
  if (!row.isWhole) throw new Error('PostgreSQL ended a copy in the middle of a row')
}
