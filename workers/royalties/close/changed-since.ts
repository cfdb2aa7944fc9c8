/** Owns what of the input of a month is another than when it was closed, in words. Pure. */

import { canonicalJson } from '../../../infra/postgres/ledger/canonical-json.ts'
import { byBytes } from '../reckoning/byte-order.ts'
import type { FrozenMonth } from './frozen-month.ts'
import { grouped } from './grouped.ts'

/** What a month that is closed is compared by. Streams that change later are for the cross-check, and for the next month. */
export const COMPARED = ['terms', 'rate', 'contract', 'revenue'] as const
export type ComparedPart = (typeof COMPARED)[number]

export interface ChangedSince {
  /** What the month would be reckoned otherwise by. */
  readonly changes: readonly string[]
  /** Rates of currencies that had none: the month was closed without them, and stays so. */
  readonly ratesAdded: readonly string[]
}

/** So many of a kind are told by name. */
const SHOWN = 3

interface Row {
  readonly name: string
  readonly says: string
}

const ROWS: { readonly [Part in ComparedPart]: (month: FrozenMonth) => readonly Row[] } = {
  terms: ({ terms }) =>
    terms.map((row) => ({
      name: `of ${row.rights}s${row.contractId === null ? '' : ` of contract ${row.contractId}`}`,
      says: canonicalJson(row),
    })),
  rate: ({ rate }) =>
    rate.map(({ base, quote, num, den, source }) => ({
      name: `${base} to ${quote}`,
      says: `${num}/${den} from ${source}`,
    })),
  contract: ({ contract }) =>
    contract.map((row) => ({ name: `${row.number} version ${row.version}`, says: canonicalJson(row) })),
  // By pool: listeners are numbered in the order of their accounts, and an erased one has another name from then on.
  revenue: ({ revenue }) =>
    [...grouped(revenue, ({ territory, tier }) => `${territory}, ${tier}`)].map(([pool, rows]) => {
      const micros = rows.reduce((sum, row) => sum + BigInt(row.micros), 0n)
      return { name: `of ${pool}`, says: `${micros} millionths of ${rows.length} listeners` }
    }),
}

export function changedSince(then: FrozenMonth, now: FrozenMonth): ChangedSince {
  const changes: string[] = []
  let ratesAdded: string[] = []
  for (const part of COMPARED) {
    const before = rowsOf(then, part)
    const after = rowsOf(now, part)
    const added = [...after.keys()].filter((name) => !before.has(name))
    const changed = [...before].flatMap(([name, was]) => {
      const is = after.get(name)
      if (is === was) return []
      return [
        is === undefined
          ? `${name} is gone`
          : `${name}${part === 'rate' || part === 'revenue' ? ` is ${is} and was ${was}` : ''}`,
      ]
    })
    const others = part === 'rate' ? changed : [...changed, ...added.map((name) => `${name} is new`)]
    if (part === 'rate') ratesAdded = added.sort(byBytes)
    if (others.length > 0) changes.push(`another ${part} (${told(others)})`)
  }
  return { changes, ratesAdded }
}

function rowsOf(month: FrozenMonth, part: ComparedPart): Map<string, string> {
  const byName = grouped(ROWS[part](month), ({ name }) => name)
  return new Map(
    [...byName].map(([name, all]) => [
      name,
      all
        .map(({ says }) => says)
        .sort(byBytes)
        .join('; '),
    ]),
  )
}

function told(others: readonly string[]): string {
  const some = others.toSorted(byBytes).slice(0, SHOWN).join('; ')
  return others.length > SHOWN ? `${some}; and ${others.length - SHOWN} more` : some
}
