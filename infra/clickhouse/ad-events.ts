/** Owns the rows of `ad_events`, and their writing: one that is written again is the same row. */

import type { ClickHouseClient } from './client.ts'
import type { DateTimeText } from './playback-rows.ts'

export interface AdEventRow {
  readonly campaign_id: string
  readonly creative_id: string
  readonly impression_id: string
  readonly kind:
    | 'served'
    | 'started'
    | 'audible'
    | 'quartile1'
    | 'quartile2'
    | 'quartile3'
    | 'completed'
    | 'clicked'
    | 'withheld'
    | 'converted'
  readonly account_id: string
  readonly event_time: DateTimeText
  readonly server_time: DateTimeText
  readonly audible_ms: number
  readonly invalid: boolean
  readonly device_kind: string
  readonly plan: string
  readonly country: string
}

export async function writeAdEvents(client: ClickHouseClient, rows: readonly AdEventRow[]): Promise<void> {
  if (rows.length === 0) return
  await client.insert({
    table: 'ad_events',
    values: [...rows],
    format: 'JSONEachRow',
    clickhouse_settings: { max_execution_time: 20, max_partitions_per_insert_block: '0' },
  })
}
