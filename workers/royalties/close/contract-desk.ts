/** Owns the entering of frozen streams, each into the book of its side of the rights and of its contract's rules. */

import { ClassBook } from './class-book.ts'
import { Doubts } from './doubts.ts'
import type { Findings } from './findings.ts'
import type { Contract, FrozenMonth } from './frozen-month.ts'
import { type FrozenRow, STREAM_COLUMNS } from './frozen-row.ts'
import { Payers, SIDES } from './payers.ts'
import { Places } from './places.ts'
import { RevenueParts } from './revenue-parts.ts'
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
  const years = new Map(frozen.year.map(({ isrc, ...heard }) => [isrc, heard]))
  const parts = new RevenueParts(classes, places, years)
  const doubts = new Map(classes.all.map((kind) => [kind, new Doubts(frozen, kind.rules.credibility)]))
  const doubtsOf = (kind: TermsClass) => doubts.get(kind) as Doubts
  const isDivided = SIDES.map((rights) => classes.ofRights(rights).length > 1)
  return {
    isDivided: isDivided.includes(true),
    count(stream) {
      const place = places.placeIn(stream)
      for (let side = 0; side < SIDES.length; side += 1) {
        if (!isDivided[side]) continue
        const { paying } = payers.of(side, stream)
        if (paying !== undefined) parts.count(paying, place, doubtsOf(paying.kind).of(stream))
      }
    },
    open() {
      const books = new Map(
        classes.all.map((kind) => [
          kind,
          new ClassBook({ frozen, kind, partOf: parts.partOf(kind), doubts: doubtsOf(kind), years, places, findings }),
        ]),
      )
      for (const rights of SIDES)
        if (classes.ofRights(rights).length === 0) findings.add('no-terms', `no terms say how ${rights}s are reckoned`)
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
