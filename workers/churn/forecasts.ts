/** Owns forecasts and what became of them: generated listeners in ClickHouse, asked as analysts ask. */

import type { ClickHouseClient } from '../../infra/clickhouse/client.ts'
import type { StreamRow } from '../../infra/clickhouse/playback-rows.ts'
import { ask, asObjects } from '../../infra/questions/ask.ts'
import { churnOutcome, questionNamed } from '../../infra/questions/questions.ts'
import { makeListeners } from './listeners.ts'

export const FEATURES = [
  'days_silent',
  'active_days',
  'recent_share',
  'skip_rate',
  'skip_trend',
  'unusual_silence',
] as const

export interface Forecast {
  readonly account: string
  readonly risk: number
  /** In the order of {@link FEATURES}. */
  readonly features: readonly number[]
  readonly churned: boolean
}

const DAY_MS = 86_400_000
const ROWS_AT_ONCE = 20_000
/** What `ask` gives at most. */
const MOST = 9_999

/** Forty days ago: what followed is over, and the engine has not forgotten it. */
export const forecastAtMs = (nowMs: number) => Math.floor(nowMs / DAY_MS - 40) * DAY_MS

export async function forecastsOf(
  client: ClickHouseClient,
  seed: number,
  accounts: number,
  nowMs: number,
): Promise<Forecast[]> {
  const atMs = forecastAtMs(nowMs)
  await putStreams(client, makeListeners(seed, accounts, atMs))
  return await forecastsAt(client, atMs, nowMs)
}

/** In place of all that are there. */
export async function putStreams(client: ClickHouseClient, rows: readonly StreamRow[]): Promise<void> {
  await client.command({ query: 'TRUNCATE TABLE streams' })
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE)
    await client.insert({ table: 'streams', values: rows.slice(from, from + ROWS_AT_ONCE), format: 'JSONEachRow' })
}

/** Of the streams that are there. */
export async function forecastsAt(client: ClickHouseClient, atMs: number, nowMs: number): Promise<Forecast[]> {
  const question = questionNamed('churn')
  if (question === undefined) throw new Error('there is no question churn')
  const at = new Date(atMs).toISOString().slice(0, 19)
  const parameters = new Map([
    ['at', at],
    ['limit', String(MOST)],
  ])
  const asked = asObjects(await ask({ clickhouse: client }, question, parameters, new Date(nowMs)))
  const outcome = asObjects(await ask({ clickhouse: client }, churnOutcome, new Map([['at', at]]), new Date(nowMs)))
  const churned = new Map(outcome.map((row) => [row.account_id, Boolean(row.churned)]))
  return asked.map((row) => {
    const label = churned.get(row.account_id)
    if (label === undefined) throw new Error(`nobody knows what became of ${row.account_id}`)
    return {
      account: String(row.account_id),
      risk: Number(row.risk),
      features: FEATURES.map((name) => Number(row[name])),
      churned: label,
    }
  })
}
