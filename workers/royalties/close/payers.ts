/** Owns which contract pays for a frozen stream: asked once a track, side and territory, for the days that the answer holds. */

import type { Rights } from '../../../infra/postgres/ledger/transfer.ts'
import { contractFor } from '../reckoning/contract-for.ts'
import { NumberOf } from '../reckoning/number-of.ts'
import type { Findings } from './findings.ts'
import type { Contract, FrozenMonth } from './frozen-month.ts'
import { type FrozenRow, STREAM_COLUMNS } from './frozen-row.ts'
import type { Places } from './places.ts'
import type { TermsClass, TermsClasses } from './terms-class.ts'

export const SIDES = ['recording', 'composition'] as const satisfies readonly Rights[]

/** A track under a version of a contract: the same object each time. */
export interface Paying {
  /** From 0 on. */
  readonly number: number
  readonly isrc: string
  readonly contract: Contract
  readonly kind: TermsClass
}

/** From a day on, and until another. Where nobody pays it may be said of each stream, why. */
interface Answer {
  readonly from: number
  readonly until: number
  readonly paying: Paying | undefined
  readonly say: ((stream: string) => void) | undefined
}

/** Within a month a track may be paid by several versions: each is a recording of its own to the reckoning. */
export const termsOf = ({ contract, version }: Pick<Contract, 'contract' | 'version'>): string =>
  `${contract} ${version}`

const FOREVER = 99_999_999
/** As the row of a stream tells it. */
const dayNumber = (day: string): number => Number(day.replaceAll('-', ''))

export class Payers {
  readonly #classes: TermsClasses
  readonly #places: Places
  readonly #findings: Findings
  readonly #contracts = new Map<string, Contract[]>()
  readonly #tracks = new Map<string, number>()
  readonly #trackOf = new NumberOf(STREAM_COLUMNS.isrc, (isrc) => this.#track(isrc))
  readonly #paying = new Map<string, Paying>()
  /** By side, track and territory: the last one. Streams come by their time, and days change seldom. */
  readonly #answers: Answer[][][] = [[], []]

  constructor(frozen: FrozenMonth, classes: TermsClasses, places: Places, findings: Findings) {
    this.#classes = classes
    this.#places = places
    this.#findings = findings
    const versions = new Map(frozen.contract.map((one) => [termsOf(one), one]))
    for (const { isrc, contract, version } of frozen.cover) {
      const terms = versions.get(termsOf({ contract, version }))
      if (terms === undefined) continue
      const all = this.#contracts.get(isrc) ?? []
      this.#contracts.set(isrc, all)
      all.push(terms)
    }
  }

  /** @param side is its place in SIDES. */
  of(side: number, row: FrozenRow): Answer {
    const track = this.#trackOf.in(row)
    const territory = this.#places.territoryIn(row)
    const day = row.day()
    const ofSide = this.#answers[side] as Answer[][]
    let ofTrack = ofSide[track]
    if (ofTrack === undefined) {
      ofTrack = []
      ofSide[track] = ofTrack
    }
    let answer = ofTrack[territory]
    if (answer === undefined || day < answer.from || day >= answer.until) {
      answer = this.#ask(SIDES[side] as Rights, row, day)
      ofTrack[territory] = answer
    }
    return answer
  }

  #track(isrc: string): number {
    const number = this.#tracks.get(isrc) ?? this.#tracks.size
    this.#tracks.set(isrc, number)
    return number
  }

  #ask(rights: Rights, row: FrozenRow, day: number): Answer {
    const isrc = row.text(STREAM_COLUMNS.isrc)
    const territory = row.text(STREAM_COLUMNS.territory)
    const all = this.#contracts.get(isrc) ?? []
    const bounds = all.flatMap(({ from, until }) => [dayNumber(from), until === undefined ? FOREVER : dayNumber(until)])
    const from = Math.max(0, ...bounds.filter((bound) => bound <= day))
    const until = Math.min(FOREVER, ...bounds.filter((bound) => bound > day))
    const say = (name: 'no-terms' | 'no-contract' | 'overlapping-contracts', what: string): Answer => ({
      from,
      until,
      paying: undefined,
      say: (stream) => this.#findings.add(name, what, stream),
    })
    const startedOn = row.text(STREAM_COLUMNS.startedAt).slice(0, 10)
    const found = contractFor(all, { rights, territory, day: startedOn })
    if ('terms' in found) {
      const kind = this.#classes.of(rights, found.terms.contract)
      if (kind === undefined) return say('no-terms', `no terms say how ${rights}s are reckoned`)
      return { from, until, paying: this.#payingOf(isrc, found.terms, kind), say: undefined }
    }
    if (found.problem === 'no-contract')
      return say('no-contract', `${isrc} has none about the ${rights} in ${territory}`)
    const numbers = found.overlapping.map(({ number, version }) => `${number} version ${version}`).join(' and ')
    return say('overlapping-contracts', `${numbers} both pay the ${rights} ${isrc} in ${territory}`)
  }

  #payingOf(isrc: string, contract: Contract, kind: TermsClass): Paying {
    const key = `${isrc} ${termsOf(contract)}`
    const known = this.#paying.get(key)
    if (known !== undefined) return known
    const paying = { number: this.#paying.size, isrc, contract, kind }
    this.#paying.set(key, paying)
    return paying
  }
}
