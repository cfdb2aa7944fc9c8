/** Owns `enterResult`: the pools of a run, its lines and its adjustments, entered once, all of them or none. */

import type { Pool, PoolClient } from '../client.ts'
import { firstDay } from './columns.ts'
import { type LedgerResult, refusal } from './ledger-problem.ts'
import { inLedger, Refused, statement } from './statement.ts'
import type { Rights } from './transfer.ts'

const POOLS = statement('enter-pools')
const LINES = statement('enter-lines')
const ADJUSTMENTS = statement('enter-adjustments')
const LINES_A_STATEMENT = 20_000

export interface RoyaltyPool {
  readonly territory: string
  readonly tier: string
  readonly rights: Rights
  readonly currency: string
  readonly netRevenueMicros: bigint
  readonly shareNum: bigint
  readonly shareDen: bigint
  readonly amountMicros: bigint
  readonly listeners: number
  readonly streams: number
}

/** Without ISRC and holder: what of the pool is nobody's. */
export interface RoyaltyLine {
  readonly kind: 'share' | 'minimum'
  readonly territory: string
  readonly tier: string
  readonly currency: string
  readonly rights: Rights
  readonly isrc?: string
  readonly holderId?: string
  readonly contractId?: string
  readonly contractVersion?: number
  /** Of the track that counted in the pool. */
  readonly streams: number
  readonly amountMicros: bigint
}

export interface RoyaltyAdjustment {
  readonly streamId: string
  /** As 2026-09; it is entered in the month of the run. */
  readonly belongedTo: string
  readonly reason: 'late' | 'longer'
}

export interface RunResult {
  readonly pools: readonly RoyaltyPool[]
  /** In the order of the result: its place is a line's number. */
  readonly lines: readonly RoyaltyLine[]
  readonly adjustments: readonly RoyaltyAdjustment[]
}

export interface Entered {
  readonly pools: number
  readonly lines: number
  readonly adjustments: number
}

/** What is there already is compared: a run that was killed goes on, another result of the same run is refused. */
export async function enterResult(pool: Pool, runId: string, result: RunResult): Promise<LedgerResult<Entered>> {
  const { pools, lines, adjustments } = result
  return await inLedger(pool, async (client) => {
    const enter = (sql: string, columns: unknown[][]) => enterRows(client, runId, sql, columns)
    let enteredLines = 0
    for (let from = 0; from < lines.length; from += LINES_A_STATEMENT) {
      enteredLines += await enter(LINES, lineColumns(lines.slice(from, from + LINES_A_STATEMENT), from))
    }
    const entered = {
      pools: await enter(POOLS, poolColumns(pools)),
      lines: enteredLines,
      adjustments: await enter(ADJUSTMENTS, adjustmentColumns(adjustments)),
    }
    const { rows } = await client.query<Entered>(statement('count-result'), [runId])
    const found = rows[0]
    if (found?.pools !== pools.length || found.lines !== lines.length || found.adjustments !== adjustments.length) {
      throw new Refused(refusal('conflict', `the run ${runId} has more lines, pools or adjustments than are given`))
    }
    return entered
  })
}

async function enterRows(client: PoolClient, runId: string, sql: string, columns: unknown[][]): Promise<number> {
  const { rows } = await client.query<{ entered: number; same: number }>(sql, [runId, ...columns])
  const { entered = 0, same = 0 } = rows[0] ?? {}
  if (entered + same !== columns[0]?.length) {
    throw new Refused(refusal('conflict', `the run ${runId} has some of its result otherwise`))
  }
  return entered
}

function lineColumns(lines: readonly RoyaltyLine[], from: number): unknown[][] {
  return [
    lines.map((_, index) => from + index + 1),
    lines.map(({ kind }) => kind),
    lines.map(({ territory }) => territory),
    lines.map(({ tier }) => tier),
    lines.map(({ currency }) => currency),
    lines.map(({ rights }) => rights),
    lines.map(({ isrc }) => isrc ?? null),
    lines.map(({ holderId }) => holderId ?? null),
    lines.map(({ contractId }) => contractId ?? null),
    lines.map(({ contractVersion }) => contractVersion ?? null),
    lines.map(({ streams }) => streams),
    lines.map(({ amountMicros }) => String(amountMicros)),
  ]
}

function poolColumns(pools: readonly RoyaltyPool[]): unknown[][] {
  return [
    pools.map(({ territory }) => territory),
    pools.map(({ tier }) => tier),
    pools.map(({ rights }) => rights),
    pools.map(({ currency }) => currency),
    pools.map(({ netRevenueMicros }) => String(netRevenueMicros)),
    pools.map(({ shareNum }) => String(shareNum)),
    pools.map(({ shareDen }) => String(shareDen)),
    pools.map(({ amountMicros }) => String(amountMicros)),
    pools.map(({ listeners }) => listeners),
    pools.map(({ streams }) => streams),
  ]
}

function adjustmentColumns(adjustments: readonly RoyaltyAdjustment[]): unknown[][] {
  return [
    adjustments.map(({ streamId }) => streamId),
    adjustments.map(({ belongedTo }) => firstDay(belongedTo)),
    adjustments.map(({ reason }) => reason),
  ]
}
