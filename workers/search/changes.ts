/** Owns the reading of what Debezium tells of a row: which row of which table, of what it was, and by which transaction. */

import type { ConsumedRecord } from '../../infra/kafka/consumer.ts'

/** A row as it is told: its key, and of a track what it is of. */
type Row = Readonly<Record<string, string>>

export interface Change {
  readonly table: string
  /** Before and after, as far as there is either. */
  readonly rows: readonly Row[]
  /** The lower half of it. */
  readonly transaction: number
  /** By the clock of PostgreSQL. */
  readonly committedAtMs: number
  /** By Debezium's. */
  readonly capturedAtMs: number
}

interface Told {
  readonly before: Row | null
  readonly after: Row | null
  readonly source: { readonly table: string; readonly txId: number; readonly ts_ms: number }
  readonly ts_ms: number
}

/** @throws what is wrong with a record that is none of Debezium's. */
export function changeOf(record: ConsumedRecord): Change {
  const { before, after, source, ts_ms } = JSON.parse(record.value?.toString() ?? '') as Told
  return {
    table: source.table,
    rows: [before, after].filter((row) => row !== null),
    transaction: source.txId,
    committedAtMs: source.ts_ms,
    capturedAtMs: ts_ms,
  }
}
