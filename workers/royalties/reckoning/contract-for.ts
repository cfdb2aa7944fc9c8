/** Owns which version of which contract pays for the rights of a track in a country on a day: exactly one, or it is said why not. */

export interface ContractTerms {
  readonly contract: string
  readonly version: number
  readonly rights: 'recording' | 'composition'
  /** Days as YYYY-MM-DD; `until` is the first day on which it is not valid any more. */
  readonly from: string
  readonly until: string | undefined
  /** True: everywhere but in `territories`. False: in them alone. */
  readonly isWorldwide: boolean
  readonly territories: readonly string[]
}

export interface Occasion {
  readonly rights: ContractTerms['rights']
  readonly territory: string
  /** YYYY-MM-DD, in UTC. */
  readonly day: string
}

export type ContractFound<Terms> =
  | { readonly terms: Terms }
  | { readonly problem: 'no-contract' }
  | { readonly problem: 'overlapping-contracts'; readonly overlapping: readonly Terms[] }

/** @param all are the versions of the contracts that the track is in. */
export function contractFor<Terms extends ContractTerms>(
  all: readonly Terms[],
  occasion: Occasion,
): ContractFound<Terms> {
  const fitting = all.filter((terms) => holds(terms, occasion))
  const [terms] = fitting
  if (terms === undefined) return { problem: 'no-contract' }
  if (fitting.length > 1) return { problem: 'overlapping-contracts', overlapping: fitting }
  return { terms }
}

function holds(terms: ContractTerms, { rights, territory, day }: Occasion): boolean {
  return (
    terms.rights === rights &&
    terms.from <= day &&
    (terms.until === undefined || day < terms.until) &&
    terms.territories.includes(territory) !== terms.isWorldwide
  )
}
