/** Owns a platform's worth of listening in ClickHouse and PostgreSQL, made where it lies, by a seed. */

import { readFileSync } from 'node:fs'
import type { ClickHouseClient } from '../../../infra/clickhouse/client.ts'
import { rollUp } from '../../../infra/clickhouse/rollups/roll-up.ts'
import { inTransaction, type Pool } from '../../../infra/postgres/client.ts'

export interface Platform {
  readonly seed: number
  readonly events: number
  /** Midnight after the last day. */
  readonly untilMs: number
  /** The first day of the month that is closed. */
  readonly closedMonth: string
}

const EVENTS_A_STREAM = 10
const DAYS = 58
const STREAMS_A_LISTENER = 200
const STREAMS_AT_ONCE = 50_000
/** What the questions read of the rollups: the last week. */
const ROLLED_UP_DAYS = 8
const DAY_MS = 86_400_000

const statement = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8')
const [STREAMS, EVENTS, ADS, CASES] = ['streams', 'events', 'ads', 'cases'].map(statement)
const [ROYALTIES, CLOSED_MONTH] = ['postgres', 'closed-month'].map(statement)
const secondText = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

export async function generate(
  clickhouse: ClickHouseClient,
  postgres: Pool,
  { seed, events, untilMs, closedMonth }: Platform,
  onProgress: (what: string) => void,
): Promise<void> {
  const streams = Math.floor(events / EVENTS_A_STREAM)
  const accounts = Math.max(100, Math.floor(streams / STREAMS_A_LISTENER))
  const run = async (query = '', query_params: Record<string, unknown> = {}) => {
    await clickhouse.command({ query, query_params, clickhouse_settings: { max_execution_time: 120 } })
  }
  const until = secondText(untilMs)
  for (let from = 0; from < streams; from += STREAMS_AT_ONCE) {
    onProgress(`${from} of ${streams} streams`)
    const count = Math.min(STREAMS_AT_ONCE, streams - from)
    await run(STREAMS, { seed, streams, accounts, days: DAYS, until, from, count })
  }
  // As many hours at once as have about as many streams.
  const stepMs = Math.max(1, Math.floor((DAYS * 24 * STREAMS_AT_ONCE) / streams)) * 3_600_000
  const beginMs = untilMs - DAYS * DAY_MS
  for (let fromMs = beginMs; fromMs < untilMs + DAY_MS; fromMs += stepMs) {
    onProgress(`events of ${secondText(fromMs)}`)
    await run(EVENTS, { from: secondText(fromMs), to: secondText(fromMs + stepMs) })
  }
  onProgress('advertisements')
  await run(ADS)
  onProgress('rollups of the last week')
  await run('TRUNCATE TABLE touched_minutes')
  await run(
    `INSERT INTO touched_minutes SELECT {from:DateTime('UTC')} + toIntervalMinute(number), now64(3), {until:DateTime('UTC')} + INTERVAL 1 DAY FROM numbers({minutes:UInt32})`,
    { from: secondText(untilMs - ROLLED_UP_DAYS * DAY_MS), until, minutes: ROLLED_UP_DAYS * 1_440 },
  )
  await rollUp(clickhouse, { nowMs: untilMs + DAY_MS, closeAfterMs: 3_600_000 })
  onProgress('books in PostgreSQL')
  await postgres.query(
    `SELECT make_month_partition('royalty_streams', month::date)
     FROM generate_series(date_trunc('month', $1::timestamptz) - interval '2 months', $1::timestamptz, interval '1 month') month`,
    [new Date(untilMs)],
  )
  await postgres.query(ROYALTIES ?? '', [streams, accounts, new Date(untilMs)])
  onProgress(`the close of ${closedMonth}`)
  await inTransaction(postgres, async (client) => {
    // What guards the ledger is not what is measured.
    await client.query('SET LOCAL session_replication_role = replica')
    await client.query(CLOSED_MONTH ?? '', [closedMonth])
  })
  await postgres.query(CASES ?? '', [accounts])
  // As autovacuum leaves it.
  await postgres.query('VACUUM (ANALYZE)')
}
