/** Owns the statements on `royalty_streams` and `kafka_offsets`. */

import type { PoolClient } from '../../infra/postgres/client.ts'
import type { RoyaltyStream } from './royalty-stream.ts'

export interface PartitionOfGroup {
  readonly group: string
  readonly topic: string
  readonly partition: number
}

/**
 * Where the partition reads on, with its row locked until the transaction ends, so that two readers take turns.
 * New books begin at the beginning, whatever Kafka remembers of the group.
 */
export async function lockOffset(client: PoolClient, at: PartitionOfGroup): Promise<bigint> {
  const key = [at.group, at.topic, at.partition]
  await client.query(
    `INSERT INTO kafka_offsets (consumer_group, topic, partition, next_offset) VALUES ($1, $2, $3, 0)
     ON CONFLICT DO NOTHING`,
    key,
  )
  const { rows } = await client.query<{ next_offset: string }>(
    `SELECT next_offset FROM kafka_offsets WHERE consumer_group = $1 AND topic = $2 AND partition = $3 FOR UPDATE`,
    key,
  )
  if (rows[0] === undefined) throw new Error(`the offset of partition ${at.partition} was deleted meanwhile`)
  return BigInt(rows[0].next_offset)
}

export async function moveOffset(client: PoolClient, at: PartitionOfGroup, nextOffset: bigint): Promise<void> {
  await client.query(
    `UPDATE kafka_offsets SET next_offset = $4 WHERE consumer_group = $1 AND topic = $2 AND partition = $3`,
    [at.group, at.topic, at.partition, nextOffset],
  )
}

/** What an end did to the books: a stream they did not have, or a longer end of one that they had. */
export type Entry = 'new' | 'longer'

/**
 * Enters streams, each given once. Of several ends of a stream the one with the greatest `ms_played` is kept, of equal
 * ones the first: the row is the stream's own, so it may grow and is never a second one. ClickHouse keeps the same end.
 * @returns what became of each by stream_id; one that is not named had ended before, and no shorter.
 */
export async function enterStreams(client: PoolClient, streams: readonly RoyaltyStream[]): Promise<Map<string, Entry>> {
  if (streams.length === 0) return new Map()
  const { rows } = await client.query<{ stream_id: string; entry: Entry }>(
    `INSERT INTO royalty_streams AS kept (stream_id, listener_id, track_id, isrc, artist_id, started_at, reason_start,
       ended_at, ms_played, territory, tier, session_id, device_id, reason_end, flags)
     SELECT stream_id, listener_id, track_id, isrc, artist_id, started_at, reason_start,
       ended_at, ms_played, territory, tier, session_id, device_id, reason_end, flags
     FROM jsonb_to_recordset($1::jsonb) AS s (stream_id uuid, listener_id text, track_id uuid, isrc text,
       artist_id uuid, started_at timestamptz, reason_start text, ended_at timestamptz, ms_played integer,
       territory text, tier text, session_id uuid, device_id text, reason_end text, flags text[])
     ON CONFLICT (stream_id) DO UPDATE SET (listener_id, track_id, isrc, artist_id, started_at, reason_start, ended_at,
       ms_played, territory, tier, session_id, device_id, reason_end, flags) = (excluded.listener_id,
       excluded.track_id, excluded.isrc, excluded.artist_id, excluded.started_at, excluded.reason_start,
       excluded.ended_at, excluded.ms_played, excluded.territory, excluded.tier, excluded.session_id,
       excluded.device_id, excluded.reason_end, excluded.flags)
     WHERE excluded.ms_played > kept.ms_played
     RETURNING stream_id, CASE WHEN xmax = 0 THEN 'new' ELSE 'longer' END AS entry`,
    [JSON.stringify(streams)],
  )
  return new Map(rows.map(({ stream_id, entry }) => [stream_id, entry]))
}
