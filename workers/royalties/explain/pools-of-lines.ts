/** Owns by which fraction of which pool a line came to its amount. Pure. */

import type { ReckonedMonth } from '../close/reckon-month.ts'
import { inLowestTerms, type Rational } from '../reckoning/rational.ts'
import type { LineRow } from './sql.ts'

export interface PoolOfLine {
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

type Amounts = ReckonedMonth['divided'][number]['amounts']
interface Divided {
  readonly amounts: Amounts
  readonly track: Amounts['recordings'][number]
}

/** What a month divided, by what a line says of itself: asked for some lines, of as many as there are. */
export class PoolsOfLines {
  readonly #divided = new Map<string, Divided>()
  readonly #shares = new Map<string, Rational>()
  readonly #weights = new Map<Amounts, bigint>()

  /** @param lines that will be asked for. */
  constructor(month: ReckonedMonth, lines: readonly LineRow[]) {
    const tracks = new Set(lines.map(({ isrc }) => isrc))
    for (const { rights, model, amounts } of month.divided) {
      const { territory, tier } = amounts.pool
      for (const track of amounts.recordings)
        if (tracks.has(track.isrc))
          this.#divided.set([rights, model, territory, tier, track.isrc, track.terms].join('\t'), { amounts, track })
    }
    for (const { lines: ofRun } of month.runs)
      for (const { kind, isrc, territory, tier, rights, holderId, contractId, contractVersion, share } of ofRun)
        if (kind === 'share' && share !== undefined && tracks.has(isrc ?? null))
          this.#shares.set([isrc, territory, tier, rights, holderId, contractId, contractVersion].join('\t'), share)
  }

  of(line: LineRow): PoolOfLine | undefined {
    const { kind, isrc, territory, tier, rights, model, holder_id, contract_id, contract_version } = line
    if (kind !== 'share' || isrc === null) return undefined
    const terms = `${contract_id} ${contract_version}`
    const divided = this.#divided.get([rights, model, territory, tier, isrc, terms].join('\t'))
    const share = this.#shares.get([isrc, territory, tier, rights, holder_id, contract_id, contract_version].join('\t'))
    if (divided === undefined || share === undefined) return undefined
    const { amounts, track } = divided
    const whole = this.#weightOf(amounts)
    const fraction = inLowestTerms({ num: track.weight, den: whole === 0n ? 1n : whole })
    const exact = inLowestTerms({
      num: amounts.micros * fraction.num * share.num,
      den: fraction.den * share.den,
    })
    return {
      net_revenue_micros: String(amounts.revenue),
      share: text(amounts.share),
      amount_micros: String(amounts.micros),
      fraction: text(fraction),
      track_micros: String(track.micros),
      exact_micros: text(exact),
      holder_share: text(share),
    }
  }

  #weightOf(amounts: Amounts): bigint {
    const known = this.#weights.get(amounts)
    if (known !== undefined) return known
    const whole = amounts.recordings.reduce((sum, { weight }) => sum + weight, 0n)
    this.#weights.set(amounts, whole)
    return whole
  }
}

const text = ({ num, den }: Rational): string => `${num}/${den}`
