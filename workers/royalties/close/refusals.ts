/** Owns what keeps a month from being closed before anything of it was read. */

import { groupOf } from '../../../infra/kafka/users.ts'
import type { Pool } from '../../../infra/postgres/client.ts'
import { TOPICS } from '../../../protocol/events/topics.ts'
import { earlierOpen, laterClosed } from './close-book.ts'
import { Findings } from './findings.ts'
import { monthSpan } from './month-span.ts'

export type OffsetsAt = (
  topic: string,
  atMs: number,
) => Promise<readonly { readonly partition: number; readonly first: bigint; readonly offset: bigint }[]>

/** Whose books a month is closed from: what was heard, and what advertisers owe for it. */
const READERS = ['royalties', 'ads'] as const

/** @throws {RefusedMonth} with everything that is in the way. */
export async function refuseUnready(pool: Pool, month: string, now: Date, offsetsAt: OffsetsAt): Promise<void> {
  const findings = new Findings()
  const { endMs, firstDay } = monthSpan(month)
  if (now.getTime() < endMs) {
    findings.add('month-not-over', `${month} ends at ${new Date(endMs).toISOString()}, and it is ${now.toISOString()}`)
    findings.throwAny()
  }
  for (const { month: earlier, streams } of await earlierOpen(pool, firstDay))
    findings.add('earlier-month-open', `${earlier} has ${streams} streams that count`)
  for (const later of await laterClosed(pool, firstDay)) findings.add('later-month-closed', `${later} was closed first`)
  const topic = TOPICS.playbackEvents.name
  const ends = await offsetsAt(topic, endMs)
  for (const reader of READERS) {
    const books = await booksAt(pool, groupOf(reader), topic)
    for (const { partition, first, offset } of ends) {
      const read = books.get(partition) ?? 0n
      // What Kafka has no more nobody can wait for: the worker has counted it as a gap.
      if (read < offset && first < offset)
        findings.add(
          'books-behind',
          `of partition ${partition} the books of ${reader} have read up to ${read}, and ${month} goes up to ${offset}`,
        )
    }
  }
  findings.throwAny()
}

async function booksAt(pool: Pool, group: string, topic: string): Promise<ReadonlyMap<number, bigint>> {
  const { rows } = await pool.query<{ partition: number; next_offset: string }>(
    'SELECT partition, next_offset FROM kafka_offsets WHERE consumer_group = $1 AND topic = $2',
    [group, topic],
  )
  return new Map(rows.map(({ partition, next_offset }) => [partition, BigInt(next_offset)]))
}
