/** Owns a month as rows of words, as its three files have it, and the entering of such rows. */

import type { Month } from '../reckoning/month.ts'
import { MonthBook } from '../reckoning/month-book.ts'
import type { PoolAmounts } from '../reckoning/reckon.ts'
import { DISCOVERIES, type Discovery, type Rules } from '../reckoning/rules.ts'

export interface StreamRow {
  readonly stream_id: string
  readonly listener_id: string
  readonly isrc: string
  readonly artist_id: string
  readonly started_at: string
  readonly ms_played: number
  readonly territory: string
  readonly tier: string
  readonly discovery: Discovery
}

export interface ListenerRow {
  readonly listener_id: string
  readonly territory: string
  readonly tier: string
  readonly currency: string
  readonly net_revenue_micros: bigint
}

export interface SplitRow {
  readonly isrc: string
  readonly holder_id: string
  readonly share_num: bigint
  readonly share_den: bigint
}

export interface MonthRows {
  readonly streams: readonly StreamRow[]
  readonly listeners: readonly ListenerRow[]
  readonly splits: readonly SplitRow[]
}

/** As the close of a month does it with rows of PostgreSQL, where a stream is there once. @throws {Error} for rows that are refused. */
export function monthOf({ streams, listeners, splits }: MonthRows, month: string, rules: Rules): Month {
  const book = new MonthBook()
  const accepted = (problem: string | undefined) => {
    if (problem !== undefined) throw new Error(problem)
  }
  for (const { listener_id, territory, tier, currency, net_revenue_micros } of listeners)
    accepted(book.addListener({ listenerId: listener_id, territory, tier, currency, revenue: net_revenue_micros }))
  for (const { isrc, holder_id, share_num, share_den } of splits)
    accepted(book.addShare({ isrc, holder: holder_id, share: { num: share_num, den: share_den } }))
  for (const { problem } of book.wrongShares()) accepted(problem)
  for (const stream of streams) {
    if (stream.ms_played < rules.countableMs || !stream.started_at.startsWith(month)) continue
    book.addStream(
      book.listener(stream.listener_id),
      book.recording(stream.isrc),
      book.artist(stream.artist_id),
      DISCOVERIES.indexOf(stream.discovery),
    )
  }
  return book.month()
}

/** Amounts as lines of the file that is written, in their order. */
export function linesOf(pools: Iterable<PoolAmounts>): string[] {
  return [...pools].flatMap(({ pool: { territory, tier, currency }, recordings, unallocated }) => {
    const line = (...rest: unknown[]) => [territory, tier, currency, ...rest].join(',')
    return [
      ...recordings.flatMap(({ isrc, holders }) => holders.map(({ holder, micros }) => line(isrc, holder, micros))),
      ...(unallocated === undefined ? [] : [line('UNALLOCATED', 'UNALLOCATED', unallocated)]),
    ]
  })
}

/** Rows as the text of a file. */
export function csvOf(rows: readonly object[], columns: readonly string[]): string {
  const quoted = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)
  const line = (row: object) => columns.map((column) => quoted(String(Reflect.get(row, column)))).join(',')
  return [columns.join(','), ...rows.map(line), ''].join('\n')
}
