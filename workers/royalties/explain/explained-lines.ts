/** Owns lines of runs as they came to be: by which fraction of which pool, and from which streams. */

import { join } from 'node:path'
import { type Close, closeOf } from '../close/close-book.ts'
import type { CloseStores } from '../close/close-month.ts'
import { Doubts } from '../close/doubts.ts'
import { readFrozen } from '../close/frozen-file.ts'
import type { DoubtReason, FrozenStream } from '../close/frozen-month.ts'
import { takeFrozen } from '../close/frozen-object.ts'
import { STREAM_COLUMNS } from '../close/frozen-row.ts'
import { grouped } from '../close/grouped.ts'
import { TermsClasses } from '../close/terms-class.ts'
import { inFolder, reckonFrozen, type WrittenMonth } from '../close/written-month.ts'
import { NumberOf } from '../reckoning/number-of.ts'
import { type PoolOfLine, PoolsOfLines } from './pools-of-lines.ts'
import type { LineRow } from './sql.ts'

export interface ExplainedLine extends LineRow {
  /** What the pool had, and how it was divided; undefined: it is beyond the pools, by a minimum, or nobody's. */
  readonly pool?: PoolOfLine
  readonly streams_of_line: readonly ExplainedStream[]
  /** There are more, which are told where the line alone is asked for. */
  readonly streams_left_out?: number
  /** Streams that weigh less than others, or nothing, and why. */
  readonly reduced: readonly { readonly reason: string; readonly weight: string; readonly streams: number }[]
}

export interface ExplainedStream extends FrozenStream {
  /** Why it is not believed as others are. */
  readonly doubt?: DoubtReason
}

/** @param most streams that are told, of all lines together. */
export async function explainedLines(
  { pool, reports }: CloseStores,
  rows: readonly LineRow[],
  most = Number.POSITIVE_INFINITY,
): Promise<ExplainedLine[]> {
  const all: ExplainedLine[] = []
  for (const [month, own] of grouped(rows, (row) => row.month)) {
    const close = await closeOf(pool, `${month}-01`)
    if (close === undefined) continue
    const told = await inFolder(async (folder) => {
      const path = join(folder, 'inputs.jsonl')
      await takeFrozen(reports, close, path)
      return await linesOf(path, close, own, most)
    })
    all.push(...told)
  }
  return all
}

async function linesOf(path: string, close: Close, rows: readonly LineRow[], most: number): Promise<ExplainedLine[]> {
  const whole = await reckonFrozen(path, close)
  const streams = await streamsOf(path, whole, rows, most)
  const pools = new PoolsOfLines(whole.month, rows)
  const reduced = grouped(whole.month.reduced, ({ isrc, rights }) => `${isrc} ${rights}`)
  return rows.map((row, index) => {
    const pool = pools.of(row)
    const { told, leftOut } = streams[index] as StreamsOfLine
    return {
      ...row,
      ...(pool === undefined ? {} : { pool }),
      streams_of_line: told,
      ...(leftOut === 0 ? {} : { streams_left_out: leftOut }),
      reduced: (reduced.get(`${row.isrc} ${row.rights}`) ?? []).map(({ reason, weight, streams: few }) => ({
        reason,
        weight: `${weight.num}/${weight.den}`,
        streams: few,
      })),
    }
  })
}

interface StreamsOfLine {
  readonly told: ExplainedStream[]
  leftOut: number
}

/** Of each row its own, in the order that they are frozen in. */
async function streamsOf(
  path: string,
  { month: { frozen } }: WrittenMonth,
  rows: readonly LineRow[],
  most: number,
): Promise<readonly StreamsOfLine[]> {
  const classes = new TermsClasses(frozen.terms)
  const doubtsOf = new Map(classes.all.map((kind) => [kind, new Doubts(frozen, kind.rules.credibility)]))
  const contracts = new Map(frozen.contract.map((one) => [`${one.contract} ${one.version}`, one]))
  const lines = rows.map((row) => {
    const kind = classes.of(row.rights, row.contract_id ?? '')
    const of: StreamsOfLine = { told: [], leftOut: 0 }
    return {
      row,
      of,
      contract: contracts.get(`${row.contract_id} ${row.contract_version}`),
      doubts: kind === undefined ? undefined : doubtsOf.get(kind),
    }
  })
  const byTrack = [...grouped(lines, ({ row }) => String(row.isrc)).entries()]
  const numbers = new Map(byTrack.map(([isrc], index) => [isrc, index + 1]))
  const trackOf = new NumberOf(STREAM_COLUMNS.isrc, (isrc) => numbers.get(isrc) ?? 0)
  let told = 0
  await readFrozen(path, (frozenRow) => {
    const track = trackOf.in(frozenRow)
    if (track === 0) return
    const stream = frozenRow.stream()
    const day = stream.startedAt.slice(0, 10)
    for (const { row, of, contract, doubts } of byTrack[track - 1]?.[1] ?? []) {
      if (stream.territory !== row.territory || stream.tier !== row.tier) continue
      if (contract === undefined || contract.from > day || (contract.until !== undefined && day >= contract.until))
        continue
      if (told >= most) {
        of.leftOut += 1
        continue
      }
      told += 1
      const doubt = doubts?.reasonOf(frozenRow)
      of.told.push(doubt === undefined ? stream : { ...stream, doubt })
    }
  })
  return lines.map(({ of }) => of)
}
