/** Owns the book of the contracts that are reckoned together: their listeners with what they bring, their recordings and streams. */

import { Column } from '../reckoning/column.ts'
import type { YearHeard } from '../reckoning/eligibility.ts'
import { MonthBook, UNKNOWN } from '../reckoning/month-book.ts'
import { NumberOf } from '../reckoning/number-of.ts'
import { DISCOVERIES, type Discovery } from '../reckoning/rules.ts'
import type { Doubts } from './doubts.ts'
import type { Findings } from './findings.ts'
import type { Contract, FrozenMonth } from './frozen-month.ts'
import { type FrozenRow, STREAM_COLUMNS } from './frozen-row.ts'
import { type Paying, termsOf } from './payers.ts'
import type { Places } from './places.ts'
import type { TermsClass } from './terms-class.ts'

const AT_FIRST = 1_024

export interface ClassBookOptions {
  readonly frozen: Pick<FrozenMonth, 'pool' | 'revenue'>
  readonly kind: TermsClass
  /** Tells which part of the money of a listener is reckoned here. */
  readonly partOf: (territory: string, tier: string, micros: bigint) => bigint
  readonly doubts: Doubts
  /** What was heard of an ISRC in twelve months. */
  readonly years: ReadonlyMap<string, YearHeard>
  readonly places: Places
  readonly findings: Findings
}

export class ClassBook {
  readonly kind: TermsClass
  readonly book = new MonthBook()
  readonly #findings: Findings
  readonly #doubts: Doubts
  readonly #years: ReadonlyMap<string, YearHeard>
  readonly #contracts: { readonly isrc: string; readonly contract: Contract }[] = []
  /** By the number of what pays. */
  readonly #recordings: number[] = []
  /** By place: the number of its pool. */
  readonly #pools: number[] = []
  readonly #artists = new NumberOf(STREAM_COLUMNS.artist, (id) => this.book.artist(id))
  readonly #discoveries = new NumberOf(STREAM_COLUMNS.discovery, (name) => DISCOVERIES.indexOf(name as Discovery))
  /** By listener, one more than his number in the book where he was met first; zero: not met. */
  #homes = new Int32Array(AT_FIRST)
  /** By the number in the book. */
  readonly #placeOf = new Column(Int32Array)
  /** Of who heard in several places, by listener and place, in all but the first. */
  readonly #away = new Map<string, number>()

  constructor({ frozen: { pool, revenue }, kind, partOf, doubts, years, places, findings }: ClassBookOptions) {
    this.kind = kind
    this.#findings = findings
    this.#doubts = doubts
    this.#years = years
    for (const one of pool) this.#pools[places.of(one.territory, one.tier)] = this.book.poolNumber(one)
    for (const { listener, territory, tier, micros } of revenue)
      this.#addListener(listener, places.of(territory, tier), partOf(territory, tier, BigInt(micros)))
  }

  /** By the number of a recording: within a month a track may be paid by several versions. */
  contractOf = (recording: number): { readonly isrc: string; readonly contract: Contract } => {
    const found = this.#contracts[recording]
    if (found === undefined) throw new RangeError(`there is no recording ${recording}`)
    return found
  }

  enter(row: FrozenRow, place: number, paying: Paying): void {
    const listener = row.number(STREAM_COLUMNS.listener)
    let who = this.#listener(listener, place)
    if (who === UNKNOWN) who = this.#addListener(listener, place, 0n)
    const recording = this.#recordings[paying.number] ?? this.#addRecording(paying)
    if (who === UNKNOWN || recording === UNKNOWN) return
    this.book.addStream(who, recording, this.#artists.in(row), this.#discoveries.in(row), this.#doubts.of(row))
  }

  check(): void {
    for (const { recording } of this.book.wrongShares()) {
      const { number, version } = this.contractOf(recording).contract
      this.#findings.add('shares-not-one', `the shares of version ${version} of contract ${number} do not add to one`)
    }
  }

  #listener(listener: number, place: number): number {
    const home = (this.#homes[listener] ?? 0) - 1
    if (home === UNKNOWN || this.#placeOf.at(home) === place) return home
    return this.#away.get(`${listener} ${place}`) ?? UNKNOWN
  }

  #addListener(listener: number, place: number, revenue: bigint): number {
    const pool = this.#pools[place]
    // That it has no currency, and so no pool, was found when it was frozen.
    if (pool === undefined) return UNKNOWN
    const number = this.book.addNumbered(pool, revenue, listener)
    this.#placeOf.push(place)
    if (listener >= this.#homes.length) this.#homes = wider(this.#homes, listener)
    if (this.#homes[listener] === 0) this.#homes[listener] = number + 1
    else this.#away.set(`${listener} ${place}`, number)
    return number
  }

  #addRecording({ number, isrc, contract }: Paying): number {
    const { book } = this
    const terms = termsOf(contract)
    for (const { holder, num, den } of contract.parties)
      book.addShare({ isrc, terms, holder, share: { num: BigInt(num), den: BigInt(den) } })
    const recording = book.recording(isrc, terms)
    this.#recordings[number] = recording
    if (recording === UNKNOWN) {
      this.#findings.add('shares-not-one', `version ${contract.version} of contract ${contract.number} has no parties`)
      return UNKNOWN
    }
    book.setPoolShare(recording, { num: BigInt(contract.revenueNum), den: BigInt(contract.revenueDen) })
    const year = this.#years.get(isrc)
    if (year !== undefined) book.setYear(recording, year)
    this.#contracts[recording] = { isrc, contract }
    return recording
  }
}

function wider(values: Int32Array, last: number): Int32Array<ArrayBuffer> {
  const into = new Int32Array(2 * (last + 1))
  into.set(values)
  return into
}
