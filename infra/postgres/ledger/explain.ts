/** Owns the way from what was booked to the streams that made it, and from a stream to what was booked for it. */

import type { Pool, PoolClient } from '../client.ts'
import type { RoyaltyLine } from './enter-result.ts'
import type { RoyaltyModel, Run } from './run.ts'
import { statement } from './statement.ts'
import { transferIdOf } from './transfer.ts'
import { trackOf } from './transfers-of-run.ts'

const STREAMS = statement('streams-of-postings')
const LINES = statement('lines-of-stream')

export interface CountedStream {
  readonly streamId: string
  readonly listenerId: string
  readonly startedAt: Date
  readonly msPlayed: number
  /** The month it was late for; null: that of the run. */
  readonly belongedTo: string | null
}

/** Of a share or a minimum of a run; of any other transfer none. */
export async function streamsOf(pool: Pool | PoolClient, transferId: string): Promise<readonly CountedStream[]> {
  return (await pool.query<CountedStream>(STREAMS, [transferId])).rows
}

export interface ExplainedLine
  extends Omit<RoyaltyLine, 'holderId' | 'contractId' | 'contractVersion' | 'isrc' | 'streams'> {
  readonly runId: string
  readonly line: number
  readonly month: string
  readonly model: RoyaltyModel
  readonly runStatus: Run['status']
  readonly inputHash: string
  readonly isrc: string
  readonly holderId: string
  readonly contractId: string | null
  readonly contractVersion: number | null
  /** As PostgreSQL writes it: how many streams the track had in the pool. */
  readonly streams: string
  /** Where it is booked, if it is more than nothing. */
  readonly transferId: string
}

/** Of a stream that is not counted, or of a month that was not reckoned, none. */
export async function linesOf(pool: Pool | PoolClient, streamId: string): Promise<readonly ExplainedLine[]> {
  type Row = Omit<ExplainedLine, 'transferId' | 'amountMicros'> & { readonly amountMicros: string }
  const { rows } = await pool.query<Row>(LINES, [streamId])
  return rows.map((row) => ({
    ...row,
    amountMicros: BigInt(row.amountMicros),
    transferId: transferIdOf(row.runId, row.kind, trackOf(row)),
  }))
}
