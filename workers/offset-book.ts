/** Owns the statements on `kafka_offsets`: where a worker whose effects are in PostgreSQL reads on. */

import type { Pool, PoolClient } from '../infra/postgres/client.ts'

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

/** Where the partition reads on, for who does not move it now. */
export async function readOffset(pool: Pool, at: PartitionOfGroup): Promise<bigint> {
  const { rows } = await pool.query<{ next_offset: string }>(
    `SELECT next_offset FROM kafka_offsets WHERE consumer_group = $1 AND topic = $2 AND partition = $3`,
    [at.group, at.topic, at.partition],
  )
  return BigInt(rows[0]?.next_offset ?? 0)
}

export async function moveOffset(client: PoolClient, at: PartitionOfGroup, nextOffset: bigint): Promise<void> {
  await client.query(
    `UPDATE kafka_offsets SET next_offset = $4 WHERE consumer_group = $1 AND topic = $2 AND partition = $3`,
    [at.group, at.topic, at.partition, nextOffset],
  )
}
