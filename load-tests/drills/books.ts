/** Owns what the books say of a drill: events in ClickHouse, ends of streams in ClickHouse and in PostgreSQL. */

import { type ClickHouseClient, createClickHouse } from '../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../infra/clickhouse/config.ts'
import { createPool, type Pool } from '../../infra/postgres/client.ts'
import { postgresConfig } from '../../infra/postgres/config.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import type { EnvRecord } from '../../infra/stack/env-file.ts'

export interface BookedStream {
  readonly stream_id: string
  readonly started_at_ms: number
  /** Null while it is open. */
  readonly ended_at_ms: number | null
  readonly reason_end: string | null
  readonly ms_played: number
  readonly flags: readonly string[]
}

export interface PaidStream {
  readonly stream_id: string
  readonly ms_played: number
  readonly reason_end: string
}

export interface Books {
  /** How many rows each event has, without the help of FINAL. */
  events(): Promise<ReadonlyMap<string, number>>
  streams(): Promise<ReadonlyMap<string, BookedStream>>
  paid(): Promise<ReadonlyMap<string, PaidStream>>
  close(): Promise<void>
}

export function openBooks(env: EnvRecord): Books {
  const config = readEnv(env, (read) => ({
    postgres: postgresConfig(read, 'finance'),
    clickhouse: clickhouseConfig(read),
  }))
  const pool: Pool = createPool(config.postgres.url, { applicationName: 'segue-drills' })
  const clickhouse: ClickHouseClient = createClickHouse(config.clickhouse)
  const rows = async <Row>(query: string): Promise<Row[]> =>
    (await clickhouse.query({ query, format: 'JSONEachRow' })).json<Row>()

  return {
    async events() {
      const found = await rows<{ event_id: string; copies: string }>(
        'SELECT toString(event_id) AS event_id, count() AS copies FROM playback_events GROUP BY account_id, event_id',
      )
      return new Map(found.map(({ event_id, copies }) => [event_id, Number(copies)]))
    },
    async streams() {
      const found = await rows<Record<string, string | null> & { flags: string[] }>(
        `SELECT toString(stream_id) AS stream_id, toUnixTimestamp64Milli(started_at) AS started_at_ms,
                if(ended_at IS NULL, NULL, toUnixTimestamp64Milli(assumeNotNull(ended_at))) AS ended_at_ms,
                reason_end, ms_played, flags
           FROM streams FINAL`,
      )
      return new Map(
        found.map((row) => [
          String(row.stream_id),
          {
            stream_id: String(row.stream_id),
            started_at_ms: Number(row.started_at_ms),
            ended_at_ms: row.ended_at_ms === null ? null : Number(row.ended_at_ms),
            reason_end: row.reason_end ?? null,
            ms_played: Number(row.ms_played ?? 0),
            flags: row.flags,
          },
        ]),
      )
    },
    async paid() {
      const { rows: found } = await pool.query<PaidStream>(
        'SELECT stream_id, ms_played, reason_end FROM royalty_streams',
      )
      return new Map(found.map((row) => [row.stream_id, row]))
    },
    async close() {
      await pool.end()
      await clickhouse.close()
    },
  }
}
