/** Owns the streams that a month pays, from PostgreSQL as it copies them to the rows that they are frozen as. */

import type { PoolClient } from '../../../infra/postgres/client.ts'
import { copyOut } from '../../../infra/postgres/copy-out.ts'
import type { CopyRow } from '../../../infra/postgres/copy-row.ts'
import { type BytesRow, NumberOf } from '../reckoning/number-of.ts'
import { discoveryOf } from './discovery-of.ts'
import type { Findings } from './findings.ts'
import { FrozenLines } from './frozen-lines.ts'

/** As streams.sql has them. */
const [ID, ACCOUNT, ISRC, ARTIST, STARTED_AT, MS_PLAYED, TERRITORY, TIER, REASON, BELONGS_TO, ADJUSTMENT, IS_FUTURE] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
] as const

export interface CopiedStreams {
  readonly client: PoolClient
  /** streams.sql */
  readonly statement: string
  readonly firstDay: string
  readonly until: Date
  /** The number of each account that heard anything. */
  readonly accounts: ReadonlyMap<string, number>
  readonly findings: Findings
}

/** Rows of streams, some at a time: whole ones, by id. */
export async function* copiedStreams(from: CopiedStreams): AsyncGenerator<{ bytes: Buffer; count: number }> {
  const { client, statement, firstDay, until, findings } = from
  const lines = new FrozenLines()
  const freeze = freezer(from.accounts, lines)
  for await (const row of copyOut(client, statement, [firstDay, until.toISOString()]))
    while (row.next()) {
      freeze(row)
      if (row.isTrue(IS_FUTURE)) {
        const at = new Date(row.ms(STARTED_AT)).toISOString()
        findings.add('future-stream', `streams began after they were noted, as at ${at}`, idOf(row))
      }
      if (lines.isFull) yield lines.take()
    }
  yield lines.take()
}

function freezer(accounts: ReadonlyMap<string, number>, lines: FrozenLines): (row: CopyRow) => void {
  const listeners = new NumberOf(ACCOUNT, (account) => {
    const number = accounts.get(account)
    if (number === undefined) throw new Error(`the account ${account} heard a stream, and was not told so`)
    return number
  })
  const names = (column: number, jsonOf: (text: string) => string) => new Names(column, jsonOf)
  const territories = names(TERRITORY, JSON.stringify)
  const tiers = names(TIER, JSON.stringify)
  const discoveries = names(REASON, (reason) => JSON.stringify(discoveryOf(reason)))
  const adjustments = names(ADJUSTMENT, JSON.stringify)
  return (row) => {
    const { bytes } = row
    lines.begin()
    lines.uuid(bytes, row.start(ID))
    lines.number(listeners.in(row))
    lines.plain(bytes, row.start(ISRC), row.end(ISRC))
    lines.uuid(bytes, row.start(ARTIST))
    lines.time(row.ms(STARTED_AT))
    lines.number(row.int32(MS_PLAYED))
    lines.json(territories.in(row))
    lines.json(tiers.in(row))
    lines.json(discoveries.in(row))
    if (!row.isNull(ADJUSTMENT)) {
      const month = new Date(row.dayMs(BELONGS_TO)).toISOString().slice(0, 7)
      lines.json(Buffer.from(JSON.stringify(month)))
      lines.json(adjustments.in(row))
    }
    lines.end()
  }
}

/** Texts of which there are few, as JSON. */
class Names {
  readonly #json: Buffer[] = []
  readonly #numbers: NumberOf

  constructor(column: number, jsonOf: (text: string) => string) {
    this.#numbers = new NumberOf(column, (text) => this.#json.push(Buffer.from(jsonOf(text))) - 1)
  }

  in(row: BytesRow): Buffer {
    return this.#json[this.#numbers.in(row)] as Buffer
  }
}

function idOf(row: CopyRow): string {
  const hex = row.bytes.toString('hex', row.start(ID), row.end(ID))
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
