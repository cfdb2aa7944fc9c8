/** Owns the streams of a closing world as the worker of ingest enters them into ClickHouse. */

import type { ClickHouseClient } from '../../../infra/clickhouse/client.ts'
import type { WorldStream } from './close-world.ts'

const clickhouseTime = (ms: number): string => new Date(ms).toISOString().slice(0, -1).replace('T', ' ')

/** @param ms that were played: of two ends of a stream the longer one stays. */
export async function hearStreams(
  clickhouse: ClickHouseClient,
  some: readonly WorldStream[],
  ms = 60_000,
): Promise<void> {
  await clickhouse.insert({
    table: 'streams',
    format: 'JSONEachRow',
    values: some.map((one) => ({
      stream_id: one.id,
      version: 2 + ms,
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
      ended_at: clickhouseTime(one.startedAt.getTime() + ms + 1_000),
      reason_end: 'completed',
      ms_played: ms,
      ms_claimed: ms,
      ms_granted: 205_500,
      position_ms: ms,
      flags: one.flags,
    })),
  })
}
