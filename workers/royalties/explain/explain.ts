/** Owns `segue royalties explain`: from a line of a statement, or a posting, to the streams that made it, and from a stream to what it earned. */

import { join } from 'node:path'
import { StackProblem } from '../../../infra/stack/problem.ts'
import { type Close, closeOf } from '../close/close-book.ts'
import type { CloseStores } from '../close/close-month.ts'
import { Doubts } from '../close/doubts.ts'
import { readFrozen } from '../close/frozen-file.ts'
import type { DoubtReason, FrozenStream } from '../close/frozen-month.ts'
import { takeFrozen } from '../close/frozen-object.ts'
import { STREAM_COLUMNS } from '../close/frozen-row.ts'
import { TermsClasses } from '../close/terms-class.ts'
import { inFolder, reckonFrozen, type WrittenMonth } from '../close/written-month.ts'
import { NumberOf } from '../reckoning/number-of.ts'
import { inLowestTerms, type Rational } from '../reckoning/rational.ts'
import { LINE, LINES_OF_HOLDER, LINES_OF_STREAM, type LineRow, NOT_PAID, POSTING, type PostingRow } from './sql.ts'

export interface Explained {
  readonly about: 'line' | 'posting' | 'stream'
  readonly posting?: PostingRow
  readonly lines: readonly ExplainedLine[]
  /** Of a stream that the books keep and do not pay: why. */
  readonly not_paid?: readonly string[]
}

export interface ExplainedLine extends LineRow {
  /** What the pool had, and how it was divided; undefined: it is beyond the pools, by a minimum, or nobody's. */
  readonly pool?: {
    readonly net_revenue_micros: string
    readonly share: string
    readonly amount_micros: string
    /** Of the pool, by the model. */
    readonly fraction: string
    readonly track_micros: string
    /** Before the one rounding to the micro-unit. */
    readonly exact_micros: string
    readonly holder_share: string
  }
  readonly streams_of_line: readonly ExplainedStream[]
  /** Streams that weigh less than others, or nothing, and why. */
  readonly reduced: readonly { readonly reason: string; readonly weight: string; readonly streams: number }[]
}

export interface ExplainedStream extends FrozenStream {
  /** Why it is not believed as others are. */
  readonly doubt?: DoubtReason
}

const REFERENCE = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:\/(\d{1,9}))?$/

export async function explain({ pool, reports }: CloseStores, reference: string): Promise<Explained> {
  const [, id, number] = REFERENCE.exec(reference) ?? []
  if (id === undefined)
    throw new StackProblem(
      `${reference} is no line of a statement (<run>/<line>), posting (<transfer>/<number>), transfer or stream`,
    )
  const { rows: lines } = await pool.query<LineRow>(LINE, [id, number ?? null])
  if (lines.length > 0 && number !== undefined) return { about: 'line', lines: await explained(lines) }
  const { rows: postings } = await pool.query<PostingRow>(POSTING, [id, number ?? null])
  const [posting] = postings
  if (posting !== undefined) {
    const { isrc, run_id, month, holder_id } = posting
    const asked =
      isrc === null
        ? pool.query<LineRow>(LINES_OF_HOLDER, [month, holder_id])
        : pool.query<LineRow>(LINE, [run_id, null])
    const { rows } = await asked
    return { about: 'posting', posting, lines: await explained(rows.filter((line) => isOf(posting, line))) }
  }
  const { rows: ofStream } = await pool.query<LineRow>(LINES_OF_STREAM, [id])
  const told = (await explained(ofStream)).filter((line) => line.streams_of_line.some((stream) => stream.id === id))
  if (told.length > 0) return { about: 'stream', lines: told }
  const { rows: kept } = await pool.query<{ flags: string[] }>(NOT_PAID, [id])
  if (kept[0] !== undefined) return { about: 'stream', lines: [], not_paid: kept[0].flags }
  throw new StackProblem(`nothing that was closed has ${reference}`)

  async function explained(rows: readonly LineRow[]): Promise<ExplainedLine[]> {
    const months = [...new Set(rows.map(({ month }) => month))]
    const all: ExplainedLine[] = []
    for (const month of months) {
      const close = await closeOf(pool, `${month}-01`)
      if (close === undefined) continue
      const own = rows.filter((row) => row.month === month)
      all.push(...(await inFolder((folder) => explainIn(close, own, join(folder, 'inputs.jsonl')))))
    }
    return all
  }

  async function explainIn(close: Close, rows: readonly LineRow[], path: string): Promise<ExplainedLine[]> {
    await takeFrozen(reports, close, path)
    const whole = await reckonFrozen(path, close)
    const streams: ExplainedStream[][] = rows.map(() => [])
    const { frozen } = whole.month
    const classes = new TermsClasses(frozen.terms)
    const doubtsOf = new Map(classes.all.map((kind) => [kind, new Doubts(frozen, kind.rules.credibility)]))
    const doubts = rows.map(({ rights, contract_id }) => {
      const kind = classes.of(rights, contract_id ?? '')
      return kind === undefined ? undefined : doubtsOf.get(kind)
    })
    const contracts = new Map(frozen.contract.map((one) => [`${one.contract} ${one.version}`, one]))
    const wanted = new Set(rows.map(({ isrc }) => isrc))
    const isWanted = new NumberOf(STREAM_COLUMNS.isrc, (isrc) => (wanted.has(isrc) ? 1 : 0))
    await readFrozen(path, (frozenRow) => {
      if (isWanted.in(frozenRow) === 0) return
      const stream = frozenRow.stream()
      for (const [index, row] of rows.entries()) {
        if (stream.isrc !== row.isrc || stream.territory !== row.territory || stream.tier !== row.tier) continue
        const contract = contracts.get(`${row.contract_id} ${row.contract_version}`)
        const day = stream.startedAt.slice(0, 10)
        if (contract === undefined || contract.from > day || (contract.until !== undefined && day >= contract.until))
          continue
        const doubt = doubts[index]?.reasonOf(frozenRow)
        streams[index]?.push(doubt === undefined ? stream : { ...stream, doubt })
      }
    })
    return rows.map((row, index) => ({
      ...row,
      ...poolOf(whole, row),
      streams_of_line: streams[index] ?? [],
      reduced: whole.month.reduced
        .filter(({ isrc, rights }) => isrc === row.isrc && rights === row.rights)
        .map(({ reason, weight, streams: few }) => ({ reason, weight: text(weight), streams: few })),
    }))
  }
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

function poolOf({ month }: WrittenMonth, row: LineRow): Pick<ExplainedLine, 'pool'> {
  if (row.kind !== 'share' || row.isrc === null) return {}
  const isTrack = ({ isrc, terms }: { readonly isrc: string; readonly terms: string }) =>
    isrc === row.isrc && terms === `${row.contract_id} ${row.contract_version}`
  const divided = month.divided.find(
    ({ rights, model, amounts: { pool, recordings } }) =>
      rights === row.rights &&
      model === row.model &&
      pool.territory === row.territory &&
      pool.tier === row.tier &&
      recordings.some(isTrack),
  )
  const track = divided?.amounts.recordings.find(isTrack)
  const line = month.runs
    .flatMap(({ lines }) => lines)
    .find(
      ({ kind, isrc, territory, tier, rights, holderId, contractId, contractVersion }) =>
        kind === 'share' &&
        isrc === row.isrc &&
        territory === row.territory &&
        tier === row.tier &&
        rights === row.rights &&
        holderId === row.holder_id &&
        contractId === row.contract_id &&
        contractVersion === row.contract_version,
    )
  if (divided === undefined || track === undefined || line?.share === undefined) return {}
  const { amounts } = divided
  const whole = amounts.recordings.reduce((sum, { weight }) => sum + weight, 0n)
  const fraction = inLowestTerms({ num: track.weight, den: whole === 0n ? 1n : whole })
  const exact = inLowestTerms({
    num: amounts.micros * fraction.num * line.share.num,
    den: fraction.den * line.share.den,
  })
  return {
    pool: {
      net_revenue_micros: String(amounts.revenue),
      share: text(amounts.share),
      amount_micros: String(amounts.micros),
      fraction: text(fraction),
      track_micros: String(track.micros),
      exact_micros: text(exact),
      holder_share: text(line.share),
    },
  }
}

const text = ({ num, den }: Rational): string => `${num}/${den}`
