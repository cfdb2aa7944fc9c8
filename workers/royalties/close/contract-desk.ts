/** Owns the entering of frozen streams, each into the book of its side of the rights and of its contract's rules. */

import type { Rights } from '../../../infra/postgres/ledger/transfer.ts'
import { contractFor } from '../reckoning/contract-for.ts'
import { byLargestRemainder } from '../reckoning/largest-remainder.ts'
import { MonthBook, UNKNOWN } from '../reckoning/month-book.ts'
import { DISCOVERIES } from '../reckoning/rules.ts'
import type { Findings } from './findings.ts'
import type { Contract, FrozenMonth, FrozenStream } from './frozen-month.ts'
import { type TermsClass, TermsClasses } from './terms-class.ts'

export const SIDES = ['recording', 'composition'] as const satisfies readonly Rights[]

export interface Paying {
  readonly contract: Contract
  readonly kind: TermsClass
}

export interface OpenBook {
  readonly kind: TermsClass
  readonly book: MonthBook
  /** By the number of a recording: within a month a track may be paid by several versions. */
  readonly contractOf: (recording: number) => { readonly isrc: string; readonly contract: Contract }
}

export interface Desk {
  readonly books: readonly OpenBook[]
  enter(stream: FrozenStream): void
  /** What is amiss with the contracts that were used. */
  check(): void
  /** The rules of a contract. */
  kindOf(contract: Contract): TermsClass | undefined
}

export interface CountingDesk {
  /** Whether the money of some pool is divided between rules first, so that streams are to be counted before. */
  readonly isDivided: boolean
  count(stream: FrozenStream): void
  open(): Desk
}

export function deskOf(frozen: FrozenMonth, findings: Findings): CountingDesk {
  const classes = new TermsClasses(frozen.terms)
  const payingFor = payer(frozen, classes, findings)
  const counts = new Map<string, Map<string, bigint>>()
  const used = (rights: Rights) => classes.all.filter((kind) => kind.rights === rights)
  return {
    isDivided: SIDES.some((rights) => used(rights).length > 1),
    count(stream) {
      for (const rights of SIDES) {
        const paying = payingFor(rights, stream)
        if (paying === undefined) continue
        const key = `${rights} ${stream.territory} ${stream.tier}`
        const ofPool = counts.get(key) ?? new Map<string, bigint>()
        counts.set(key, ofPool)
        ofPool.set(paying.kind.key, (ofPool.get(paying.kind.key) ?? 0n) + 1n)
      }
    },
    open() {
      const partsOf = (kind: TermsClass) => revenuePart(kind, used(kind.rights), counts)
      const books = new Map(classes.all.map((kind) => [kind.key, new Book(frozen, kind, partsOf(kind), findings)]))
      for (const rights of SIDES)
        if (used(rights).length === 0) findings.add('no-terms', `no terms say how ${rights}s are reckoned`)
      return {
        books: [...books.values()],
        enter(stream) {
          for (const rights of SIDES) {
            const paying = payingFor(rights, stream)
            if (paying !== undefined) books.get(paying.kind.key)?.enter(stream, paying.contract)
          }
        },
        check() {
          for (const book of books.values()) book.check()
        },
        kindOf: (contract) => classes.of(contract.rights, contract.contract),
      }
    },
  }
}

/** Asked once a track, side, territory and day: streams are many. */
function payer(frozen: FrozenMonth, classes: TermsClasses, findings: Findings) {
  const versions = new Map(frozen.contract.map((one) => [`${one.contract} ${one.version}`, one]))
  const ofTrack = new Map<string, Contract[]>()
  for (const { isrc, contract, version } of frozen.cover) {
    const terms = versions.get(`${contract} ${version}`)
    if (terms === undefined) continue
    const all = ofTrack.get(isrc) ?? []
    ofTrack.set(isrc, all)
    all.push(terms)
  }
  const known = new Map<string, Paying | { readonly say: (stream: string) => void }>()
  return (rights: Rights, { id, isrc, territory, startedAt }: FrozenStream): Paying | undefined => {
    const day = startedAt.slice(0, 10)
    const key = `${rights} ${isrc} ${territory} ${day}`
    let answer = known.get(key)
    if (answer === undefined) {
      answer = ask()
      known.set(key, answer)
    }
    if ('kind' in answer) return answer
    answer.say(id)
    return undefined

    function ask(): Paying | { readonly say: (stream: string) => void } {
      const found = contractFor(ofTrack.get(isrc) ?? [], { rights, territory, day })
      if ('terms' in found) {
        const kind = classes.of(rights, found.terms.contract)
        if (kind !== undefined) return { contract: found.terms, kind }
        return { say: (stream) => findings.add('no-terms', `no terms say how ${rights}s are reckoned`, stream) }
      }
      if (found.problem === 'no-contract')
        return {
          say: (stream) => findings.add('no-contract', `${isrc} has none about the ${rights} in ${territory}`, stream),
        }
      const numbers = found.overlapping.map(({ number, version }) => `${number} version ${version}`).join(' and ')
      return {
        say: (stream) =>
          findings.add('overlapping-contracts', `${numbers} both pay the ${rights} ${isrc} in ${territory}`, stream),
      }
    }
  }
}

/** Which part of the money of a pool is reckoned by these rules: by streams that count, before any model. */
function revenuePart(
  kind: TermsClass,
  all: readonly TermsClass[],
  counts: ReadonlyMap<string, ReadonlyMap<string, bigint>>,
): (territory: string, tier: string, micros: bigint) => bigint {
  if (all.length === 1) return (_, __, micros) => micros
  const place = all.indexOf(kind)
  const usual = all.findIndex(({ contracts }) => contracts.includes(null))
  return (territory, tier, micros) => {
    const ofPool = counts.get(`${kind.rights} ${territory} ${tier}`)
    const weights = all.map(({ key }) => ofPool?.get(key) ?? 0n)
    // Where nothing was heard it is the money of those that have no rules of their own.
    if (ofPool === undefined) return place === Math.max(usual, 0) ? micros : 0n
    return byLargestRemainder(micros, weights)[place] as bigint
  }
}

/** Within a month a track may be paid by several versions: each is a recording of its own to the reckoning. */
export const termsOf = ({ contract, version }: Pick<Contract, 'contract' | 'version'>): string =>
  `${contract} ${version}`

class Book implements OpenBook {
  readonly kind: TermsClass
  readonly book = new MonthBook()
  readonly #contracts: { readonly isrc: string; readonly contract: Contract }[] = []
  readonly #currencies: ReadonlyMap<string, string>
  readonly #years: ReadonlyMap<string, { readonly streams: number; readonly listeners: number }>
  readonly #findings: Findings

  constructor(
    { revenue, pool, year }: FrozenMonth,
    kind: TermsClass,
    partOf: (territory: string, tier: string, micros: bigint) => bigint,
    findings: Findings,
  ) {
    this.kind = kind
    this.#findings = findings
    this.#currencies = new Map(pool.map(({ territory, tier, currency }) => [`${territory} ${tier}`, currency]))
    this.#years = new Map(year.map(({ isrc, ...heard }) => [isrc, heard]))
    for (const { listener, territory, tier, micros } of revenue) {
      const part = partOf(territory, tier, BigInt(micros))
      this.#addListener(listener, territory, tier, part)
    }
  }

  contractOf = (recording: number) => {
    const found = this.#contracts[recording]
    if (found === undefined) throw new RangeError(`there is no recording ${recording}`)
    return found
  }

  enter({ listener, isrc, artist, territory, tier, discovery }: FrozenStream, contract: Contract): void {
    const { book } = this
    let who = book.listener(`${listener} ${territory} ${tier}`)
    if (who === UNKNOWN) who = this.#addListener(listener, territory, tier, 0n)
    let recording = book.recording(isrc, termsOf(contract))
    if (recording === UNKNOWN) recording = this.#addRecording(isrc, contract)
    if (who === UNKNOWN || recording === UNKNOWN) return
    book.addStream(who, recording, book.artist(artist), DISCOVERIES.indexOf(discovery))
  }

  check(): void {
    for (const { recording } of this.book.wrongShares()) {
      const { number, version } = this.contractOf(recording).contract
      this.#findings.add('shares-not-one', `the shares of version ${version} of contract ${number} do not add to one`)
    }
  }

  #addListener(listener: number, territory: string, tier: string, revenue: bigint): number {
    const currency = this.#currencies.get(`${territory} ${tier}`)
    // That there is none was found when it was frozen.
    if (currency === undefined) return UNKNOWN
    const listenerId = `${listener} ${territory} ${tier}`
    this.book.addListener({ listenerId, territory, tier, currency, revenue })
    return this.book.listener(listenerId)
  }

  #addRecording(isrc: string, contract: Contract): number {
    const { book } = this
    const terms = termsOf(contract)
    for (const { holder, num, den } of contract.parties)
      book.addShare({ isrc, terms, holder, share: { num: BigInt(num), den: BigInt(den) } })
    const recording = book.recording(isrc, terms)
    if (recording === UNKNOWN) {
      const { number, version } = contract
      this.#findings.add('shares-not-one', `version ${version} of contract ${number} has no parties`)
      return UNKNOWN
    }
    book.setPoolShare(recording, { num: BigInt(contract.revenueNum), den: BigInt(contract.revenueDen) })
    const year = this.#years.get(isrc)
    if (year !== undefined) book.setYear(recording, year)
    this.#contracts[recording] = { isrc, contract }
    return recording
  }
}
