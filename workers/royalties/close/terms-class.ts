/** Owns which rules a contract is reckoned by: its own terms of the month, or those of all others about such rights. */

import { canonicalJson } from '../../../infra/postgres/ledger/canonical-json.ts'
import type { Rights } from '../../../infra/postgres/ledger/transfer.ts'
import { COUNTABLE_MS } from '../../../protocol/vocabulary.ts'
import { byBytes } from '../reckoning/byte-order.ts'
import type { Rules } from '../reckoning/rules.ts'
import type { CredibilityTerm, Terms } from './frozen-month.ts'

/** As a run keeps them: with what the close looks for by itself. */
interface CloseRules extends Rules {
  readonly credibility: readonly Sign[]
}

/** By which streams are known that are not believed as others are. */
export type Sign = Rules['credibility'][number] & Pick<CredibilityTerm, 'reason' | 'limit'>

/** Contracts that are reckoned together. */
export interface TermsClass {
  readonly key: string
  readonly rights: Rights
  readonly rules: CloseRules
  /** Null: all that have no terms of their own. */
  readonly contracts: (string | null)[]
}

export class TermsClasses {
  readonly #classes = new Map<string, TermsClass>()
  readonly #byContract = new Map<string, TermsClass>()

  constructor(terms: readonly Terms[]) {
    const sorted = [...terms].sort((a, b) => byBytes(canonicalJson(a), canonicalJson(b)))
    for (const one of sorted) {
      const rules = rulesOf(one)
      const key = canonicalJson([one.rights, rules])
      const found = this.#classes.get(key) ?? { key, rights: one.rights, rules, contracts: [] }
      this.#classes.set(key, found)
      found.contracts.push(one.contractId)
      this.#byContract.set(`${one.rights} ${one.contractId}`, found)
    }
  }

  get all(): readonly TermsClass[] {
    return [...this.#classes.values()]
  }

  /** Those about such rights. */
  ofRights(rights: Rights): readonly TermsClass[] {
    return this.all.filter((kind) => kind.rights === rights)
  }

  /** Undefined: nobody said by which rules. */
  of(rights: Rights, contract: string): TermsClass | undefined {
    return this.#byContract.get(`${rights} ${contract}`) ?? this.#byContract.get(`${rights} null`)
  }
}

function rulesOf(terms: Terms): CloseRules {
  const { eligibleStreams: streams, eligibleListeners: listeners } = terms
  return {
    model: terms.model,
    poolShare: { num: BigInt(terms.poolNum), den: BigInt(terms.poolDen) },
    countableMs: COUNTABLE_MS,
    unheard: terms.unheard,
    artistCentric: {
      cap: terms.listenerCap,
      artistBoost: {
        factor: terms.artistBoost,
        streams: terms.artistBoostStreams,
        listeners: terms.artistBoostListeners,
      },
      discoveryBoost: { factor: terms.discoveryBoost, discoveries: terms.boostedDiscoveries },
    },
    eligibility: streams === null || listeners === null ? undefined : { streams, listeners },
    credibility: (terms.credibility ?? []).map(({ reason, limit, num, den }) => ({
      reason,
      limit,
      weight: { num: BigInt(num), den: BigInt(den) },
    })),
  }
}

/** As a run keeps them. */
export const rulesJson = (classes: readonly TermsClass[]): Readonly<Record<string, unknown>> => ({
  classes: classes.map(({ rights, rules, contracts }) => ({ rights, contracts, rules })),
})
