/** Owns the least that a contract is paid for a month, whatever its streams earned of the pools. */

export interface MinimumTerms {
  /** In micro-units of the contract's currency; 0 is none. */
  readonly perStream: bigint
  /** Of which the contract has the part that its streams are of all streams. */
  readonly perSubscriber: bigint
  readonly perMonth: bigint
}

export interface ContractMonth {
  /** In the same currency. */
  readonly earned: bigint
  readonly streams: bigint
  readonly allStreams: bigint
  readonly subscribers: bigint
}

export interface Minimum {
  readonly least: bigint
  /** What is paid beyond the pools, from the platform's own. */
  readonly topUp: bigint
  /** Which of the terms is the greatest. */
  readonly by: keyof MinimumTerms
}

/** Parts of a micro-unit are paid as a whole one: less would be less than the minimum. */
export function minimumOf(terms: MinimumTerms, month: ContractMonth): Minimum {
  const bySubscriber = terms.perSubscriber * month.subscribers * month.streams
  const least: Record<keyof MinimumTerms, bigint> = {
    perStream: terms.perStream * month.streams,
    perSubscriber: month.allStreams === 0n ? 0n : (bySubscriber + month.allStreams - 1n) / month.allStreams,
    perMonth: terms.perMonth,
  }
  const [first, ...others] = ['perStream', 'perSubscriber', 'perMonth'] as const
  const by = others.reduce<keyof MinimumTerms>((best, one) => (least[one] > least[best] ? one : best), first)
  const missing = least[by] - month.earned
  return { least: least[by], topUp: missing > 0n ? missing : 0n, by }
}
