/** Owns the streams of a closing world as the worker of ingest enters them into ClickHouse. */

import type { ClickHouseClient } from '../../../infra/clickhouse/client.ts'
import type { WorldStream } from './close-world.ts'

const clickhouseTime = (ms: number): string => new Date(ms).toISOString().slice(0, -1).replace('T', ' ')

export async function hearStreams(clickhouse: ClickHouseClient, some: readonly WorldStream[]): Promise<void> {
  await clickhouse.insert({
    table: 'streams',
    format: 'JSONEachRow',
    values: some.map((one) => ({
      stream_id: one.id,
      version: 2 + 60_000,
      account_id: one.account,
      session_id: one.id,
      device_id: 'device',
      device_kind: 'web',
      plan: one.tier,
      country: one.territory,
      track_id: one.track,
      isrc: one.isrc,
      artist_id: one.artist,
      started_at: clickhouseTime(one.startedAt.getTime()),
      reason_start: one.reasonStart,
      ended_at: clickhouseTime(one.startedAt.getTime() + 61_000),
      reason_end: 'completed',
      ms_played: 60_000,
      ms_claimed: 60_000,
      ms_granted: 205_500,
      position_ms: 60_000,
      flags: one.flags,
    })),
  })
}
