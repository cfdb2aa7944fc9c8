/** Owns asking ClickHouse for a panel: the range, the filters, and the buckets that a range is read in. */

import { readFileSync } from 'node:fs'
import type { ClickHouseClient } from '../client.ts'

export interface Range {
  readonly fromMs: number
  readonly toMs: number
}

export type Dimension = 'country' | 'plan' | 'device_kind'

/** Of one country, plan, kind of device; '': of all. */
export type Filters = Readonly<Record<Dimension, string>>

export const UNFILTERED: Filters = { country: '', plan: '', device_kind: '' }

const HOUR_MS = 3_600_000
/** A range up to `upToMs` is read in buckets of one kind; longer ones in larger ones. */
const BUCKETS = [
  { bucket: 'minute', stepMs: 60_000, upToMs: 6 * HOUR_MS },
  { bucket: 'hour', stepMs: HOUR_MS, upToMs: 14 * 24 * HOUR_MS },
  { bucket: 'day', stepMs: 24 * HOUR_MS, upToMs: Number.POSITIVE_INFINITY },
] as const
const DAY_BUCKETS = BUCKETS[2]

export const bucketsOf = ({ fromMs, toMs }: Range): (typeof BUCKETS)[number] =>
  BUCKETS.find(({ upToMs }) => toMs - fromMs <= upToMs) ?? DAY_BUCKETS

const fromWhole = ({ fromMs, toMs }: Range, stepMs: number): Range => ({
  fromMs: Math.floor(fromMs / stepMs) * stepMs,
  toMs,
})

/** From the start of a bucket, so that the first one is whole; of the buckets that the longer range is read in. */
export function wholeBuckets(range: Range): Range {
  const { stepMs } = bucketsOf(range)
  const whole = fromWhole(range, stepMs)
  return bucketsOf(whole).stepMs === stepMs ? whole : wholeBuckets(whole)
}

const secondText = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
export const within = ({ fromMs, toMs }: Range) => ({ from: secondText(fromMs), to: secondText(toMs) })
export const withinHours = (range: Range) => within(fromWhole(range, HOUR_MS))

/** The rollup of the buckets of a range, and the range in it. Tracks have none by the minute: theirs begins with its hour. */
export function rollupOf(rollup: 'playback' | 'track', range: Range) {
  const { bucket } = bucketsOf(range)
  if (rollup === 'track' && bucket === 'minute') return { table: 'track_hours', bucket: 'hour', ...withinHours(range) }
  return { table: `${rollup}_${bucket}s`, bucket, ...within(range) }
}

export const statement = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8')

export async function read<Row>(
  client: ClickHouseClient,
  query: string,
  query_params: Readonly<Record<string, string | number | readonly number[]>>,
): Promise<Row[]> {
  const result = await client.query({
    query,
    query_params,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0, max_execution_time: 20 },
  })
  return await result.json<Row>()
}
