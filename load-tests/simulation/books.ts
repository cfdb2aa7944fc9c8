/** Owns the two books as the workers keep them: the rules are the workers' own where they are code, and stated again where they are SQL. */

import { eventIdentity, type StreamRow } from '../../infra/clickhouse/playback-rows.ts'
import type { ConsumedRecord } from '../../infra/kafka/consumer.ts'
import { rowsOf } from '../../workers/ingest/rows.ts'
import { readRecord } from '../../workers/playback-record.ts'
import { endedStreamsOf } from '../../workers/royalties/ended-streams.ts'
import type { RoyaltyStream } from '../../workers/royalties/royalty-stream.ts'
import type { LogReader, LogRecord } from './kafka-model.ts'
import type { World } from './world.ts'

export interface BooksWitness {
  /** A row was put into `playback_events`. */
  eventRow(identity: string): void
}

const consumed = ({ offset, key, value }: LogRecord): ConsumedRecord => ({
  offset,
  key: Buffer.from(key),
  value: value as Buffer,
  headers: {},
})

/** ClickHouse, as `workers/ingest` and `infra/clickhouse/playback-writer.ts` fill it. */
export class ClickHouseBook implements LogReader {
  readonly name = 'ingest'
  readonly #world: World
  /** How often each event was inserted: the writer asks first what is there. */
  readonly events = new Map<string, number>()
  readonly streams = new Map<string, StreamRow>()
  crashes = 0
  witness: BooksWitness | undefined

  constructor(world: World) {
    this.#world = world
  }

  handle(_partition: number, records: readonly LogRecord[], nextOffset: number): number | undefined {
    if (this.crashes > 0 && this.#world.chance(this.crashes)) return undefined
    for (const { value } of records) {
      const rows = rowsOf([readRecord(value)])
      for (const row of rows.streams) this.#grow(row)
      for (const row of rows.events) this.#enter(eventIdentity(row))
    }
    // Written, and dead before the offset was.
    if (this.crashes > 0 && this.#world.chance(this.crashes)) return undefined
    return nextOffset
  }

  #enter(identity: string): void {
    if (this.isThere(identity)) return
    this.events.set(identity, (this.events.get(identity) ?? 0) + 1)
    this.witness?.eventRow(identity)
  }

  isThere(identity: string): boolean {
    return this.events.has(identity)
  }

  #grow(row: StreamRow): void {
    const before = this.streams.get(row.stream_id)
    if (before === undefined || row.version > before.version) this.streams.set(row.stream_id, row)
  }
}

/** PostgreSQL, as `workers/royalties` fills it: rows and offset in one transaction. */
export class RoyaltyBook implements LogReader {
  readonly name = 'royalties'
  readonly #world: World
  readonly streams = new Map<string, RoyaltyStream>()
  crashes = 0

  constructor(world: World) {
    this.#world = world
  }

  isLonger(stream: RoyaltyStream, kept: RoyaltyStream): boolean {
    return stream.ms_played > kept.ms_played
  }

  handle(_partition: number, records: readonly LogRecord[], nextOffset: number): number | undefined {
    if (this.crashes > 0 && this.#world.chance(this.crashes)) return undefined
    // ON CONFLICT (stream_id) DO UPDATE … WHERE excluded.ms_played > kept.ms_played
    for (const stream of endedStreamsOf(records.map(consumed)).streams) {
      const kept = this.streams.get(stream.stream_id)
      if (kept === undefined || this.isLonger(stream, kept)) this.streams.set(stream.stream_id, stream)
    }
    return nextOffset
  }
}
