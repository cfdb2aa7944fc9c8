/** Owns what a batch of records is to the books: its streams, each with its longest end, and what they leave out. */

import type { ConsumedRecord } from '../../infra/kafka/consumer.ts'
import { recordOrReason } from '../playback-record.ts'
import { type RoyaltyStream, royaltyStreamOf } from './royalty-stream.ts'

export interface EndedStreams {
  /** One a stream: of several ends the one with the greatest `ms_played`, of equal ones the first. */
  readonly streams: readonly RoyaltyStream[]
  /** Further ends of these streams. */
  readonly repeated: number
  /** Ends of less than is owed anything. */
  readonly short: number
  /** Records that nobody can read: the worker `ingest` puts them aside. */
  readonly unreadable: readonly { readonly offset: bigint; readonly reason: string }[]
}

/** @throws {UnknownVersionError} when a record can be read, and not here: it may be a stream that is owed. */
export function endedStreamsOf(records: readonly ConsumedRecord[]): EndedStreams {
  const longest = new Map<string, RoyaltyStream>()
  const unreadable: { offset: bigint; reason: string }[] = []
  let repeated = 0
  let short = 0
  for (const { offset, value } of records) {
    const record = recordOrReason(value)
    if (typeof record === 'string') {
      unreadable.push({ offset, reason: record })
      continue
    }
    if (record.type !== 'stream-ended') continue
    const stream = royaltyStreamOf(record)
    if (stream === undefined) {
      short += 1
      continue
    }
    const before = longest.get(stream.stream_id)
    if (before !== undefined) repeated += 1
    if (before === undefined || stream.ms_played > before.ms_played) longest.set(stream.stream_id, stream)
  }
  return { streams: [...longest.values()], repeated, short, unreadable }
}
