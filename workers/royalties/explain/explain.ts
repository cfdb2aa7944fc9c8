/** Owns `segue royalties explain`: what a reference is, and which lines of runs are behind it. */

import { StackProblem } from '../../../infra/stack/problem.ts'
import type { CloseStores } from '../close/close-month.ts'
import { type ExplainedLine, explainedLines } from './explained-lines.ts'
import { LINE, LINES_OF_HOLDER, LINES_OF_STREAM, type LineRow, NOT_PAID, POSTING, type PostingRow } from './sql.ts'

export interface Explained {
  readonly about: 'line' | 'posting' | 'stream'
  readonly posting?: PostingRow
  /** None of a posting that was entered by hand: its reason says why it is there. */
  readonly lines: readonly ExplainedLine[]
  /** Of a stream that the books keep and do not pay: why. */
  readonly not_paid?: readonly string[]
}

/** Of a payout of a large holder there may be millions: of a line alone all are told. */
const STREAMS_TOLD = 100_000
const REFERENCE = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:\/(\d{1,9}))?$/

export async function explain(stores: CloseStores, reference: string): Promise<Explained> {
  const { pool } = stores
  const [, id, number] = REFERENCE.exec(reference) ?? []
  if (id === undefined)
    throw new StackProblem(
      `${reference} is no line of a statement (<run>/<line>), posting (<transfer>/<number>), transfer or stream`,
    )
  const { rows: lines } = await pool.query<LineRow>(LINE, [id, number ?? null])
  if (lines.length > 0 && number !== undefined) return { about: 'line', lines: await explainedLines(stores, lines) }
  const { rows: postings } = await pool.query<PostingRow>(POSTING, [id, number ?? null])
  const [posting] = postings
  if (posting !== undefined) {
    const { isrc, run_id, run_month, holder_id } = posting
    if (run_id === null) return { about: 'posting', posting, lines: [] }
    const asked =
      isrc === null
        ? pool.query<LineRow>(LINES_OF_HOLDER, [run_month, holder_id])
        : pool.query<LineRow>(LINE, [run_id, null])
    const own = (await asked).rows.filter((line) => isOf(posting, line))
    return { about: 'posting', posting, lines: await explainedLines(stores, own, STREAMS_TOLD) }
  }
  const { rows: ofStream } = await pool.query<LineRow>(LINES_OF_STREAM, [id])
  const told = (await explainedLines(stores, ofStream)).filter((line) =>
    line.streams_of_line.some((stream) => stream.id === id),
  )
  if (told.length > 0) return { about: 'stream', lines: told }
  const { rows: kept } = await pool.query<{ flags: string[] }>(NOT_PAID, [id])
  if (kept[0] !== undefined) return { about: 'stream', lines: [], not_paid: kept[0].flags }
  throw new StackProblem(`nothing that was closed has ${reference}`)
}

/** A posting of a track is made by the line of its holder; one that changes, keeps back or pays out, by all lines of the holder. */
function isOf(posting: PostingRow, line: LineRow): boolean {
  if (posting.holder_id !== null && posting.holder_id !== line.holder_id) return false
  if (posting.isrc === null)
    return posting.holder_id !== null && (posting.kind !== 'exchange' || posting.currency === line.currency)
  return (
    posting.isrc === line.isrc &&
    posting.territory === line.territory &&
    posting.tier === line.tier &&
    posting.rights === line.rights &&
    posting.kind === line.kind &&
    (posting.contract_id === null ||
      (posting.contract_id === line.contract_id && posting.contract_version === line.contract_version))
  )
}
