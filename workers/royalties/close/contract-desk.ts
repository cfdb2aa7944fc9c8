/** Owns the entering of frozen streams, each into the book of its side of the rights and of its contract's rules. */

import type { Rights } from '../../../infra/postgres/ledger/transfer.ts'
import { byLargestRemainder } from '../reckoning/largest-remainder.ts'
import { ClassBook } from './class-book.ts'
import type { Findings } from './findings.ts'
import type { Contract, FrozenMonth } from './frozen-month.ts'
import { type FrozenRow, STREAM_COLUMNS } from './frozen-row.ts'
import { Payers, SIDES } from './payers.ts'
import { Places } from './places.ts'
import { type TermsClass, TermsClasses } from './terms-class.ts'

export interface Desk {
  readonly books: readonly ClassBook[]
  enter(stream: FrozenRow): void
  /** What is amiss with the contracts that were used. */
  check(): void
  /** The rules of a contract. */
  kindOf(contract: Contract): TermsClass | undefined
}

export interface CountingDesk {
  /** Whether the money of some pool is divided between rules first, so that streams are to be counted before. */
  readonly isDivided: boolean
  count(stream: FrozenRow): void
  open(): Desk
}

export function deskOf(frozen: FrozenMonth, findings: Findings): CountingDesk {
  const classes = new TermsClasses(frozen.terms)
  const places = new Places()
  const payers = new Payers(frozen, classes, places, findings)
  const counts = new StreamCounts()
  const used = (rights: Rights) => classes.all.filter((kind) => kind.rights === rights)
  return {
    isDivided: SIDES.some((rights) => used(rights).length > 1),
    count(stream) {
      for (let side = 0; side < SIDES.length; side += 1) {
        const { paying } = payers.of(side, stream)
        if (paying !== undefined) counts.add(paying.kind, places.placeIn(stream))
      }
    },
    open() {
      const partsOf = (kind: TermsClass) => revenuePart(kind, used(kind.rights), counts, places)
      const books = new Map(
        classes.all.map((kind) => [kind, new ClassBook(frozen, kind, partsOf(kind), places, findings)]),
      )
      for (const rights of SIDES)
        if (used(rights).length === 0) findings.add('no-terms', `no terms say how ${rights}s are reckoned`)
      return {
        books: [...books.values()],
        enter(stream) {
          const place = places.placeIn(stream)
          for (let side = 0; side < SIDES.length; side += 1) {
            const { paying, say } = payers.of(side, stream)
            if (paying !== undefined) books.get(paying.kind)?.enter(stream, place, paying)
            else say?.(stream.text(STREAM_COLUMNS.id))
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

/** How many streams each set of rules has in each place. */
class StreamCounts {
  readonly #counts = new Map<TermsClass, number[]>()

  add(kind: TermsClass, place: number): void {
    let ofKind = this.#counts.get(kind)
    if (ofKind === undefined) {
      ofKind = []
      this.#counts.set(kind, ofKind)
    }
    ofKind[place] = (ofKind[place] ?? 0) + 1
  }

  of(kind: TermsClass, place: number): number {
    return this.#counts.get(kind)?.[place] ?? 0
  }
}

/** Which part of the money of a pool is reckoned by these rules: by streams that count, before any model. */
function revenuePart(
  kind: TermsClass,
  all: readonly TermsClass[],
  counts: StreamCounts,
  places: Places,
): (territory: string, tier: string, micros: bigint) => bigint {
  if (all.length === 1) return (_, __, micros) => micros
  const own = all.indexOf(kind)
  const usual = all.findIndex(({ contracts }) => contracts.includes(null))
  return (territory, tier, micros) => {
    const place = places.of(territory, tier)
    const weights = all.map((one) => BigInt(counts.of(one, place)))
    // Where nothing was heard it is the money of those that have no rules of their own.
    if (weights.every((weight) => weight === 0n)) return own === Math.max(usual, 0) ? micros : 0n
    return byLargestRemainder(micros, weights)[own] as bigint
  }
}
