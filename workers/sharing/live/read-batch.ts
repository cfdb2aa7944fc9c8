/** Owns what a batch of records is to the detector: its events, in their order, and what nobody can read. */

import type { ConsumedRecord } from '../../../infra/kafka/consumer.ts'
import { cleanText, recordOrReason } from '../../playback-record.ts'
import type { OfflinePlay, PlayEvent } from '../detector/play-event.ts'
import { offlinePlaysOf, playEventOf } from './play-event-of.ts'

export interface ReadBatch {
  readonly events: readonly (PlayEvent | OfflinePlay)[]
  readonly accounts: ReadonlySet<string>
  /** Records that nobody can read: the worker `ingest` puts them aside. */
  readonly unreadable: readonly { readonly offset: bigint; readonly reason: string }[]
}

/**
 * @param from records below it are done with.
 * @throws {UnknownVersionError} when a record can be read, and not here.
 */
export function readBatch(records: readonly ConsumedRecord[], from: bigint): ReadBatch {
  const events: (PlayEvent | OfflinePlay)[] = []
  const accounts = new Set<string>()
  const unreadable: { offset: bigint; reason: string }[] = []
  for (const { offset, value } of records) {
    if (offset < from) continue
    const record = recordOrReason(value)
    if (typeof record === 'string') {
      unreadable.push({ offset, reason: record })
      continue
    }
    const before = events.length
    events.push(...offlinePlaysOf(record))
    const event = playEventOf(record)
    if (event !== undefined) events.push(event)
    if (events.length > before) accounts.add(cleanText(record.account_id))
  }
  return { events, accounts, unreadable }
}
