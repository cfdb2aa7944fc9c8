/** Owns how the result of a run is booked: pools set aside from cost, shares from pools to holders, minimums from cost. Pure. */

import type { RoyaltyLine, RunResult } from './enter-result.ts'
import { type Posting, type PostingSubject, type Transfer, transferMaker } from './transfer.ts'

/**
 * A transfer a pool, and one for each track of it with a posting a holder. Their ids are made from the run and what they
 * are about; lines of zero move nothing and are in no transfer.
 */
export function transfersOfRun(runId: string, month: string, { pools, lines }: RunResult): Transfer[] {
  const transfers: Transfer[] = []
  const make = transferMaker(runId, month)
  const enter = (kind: 'pool' | 'share' | 'minimum', about: string, postings: readonly Posting[]) =>
    transfers.push(make(kind, about, postings))
  for (const { territory, tier, rights, currency, amountMicros } of pools) {
    if (amountMicros === 0n) continue
    const subject = { territory, tier, rights, currency }
    enter('pool', [territory, tier, rights].join('\n'), [
      { kind: 'cost', ...subject, amountMicros },
      { kind: 'pool', ...subject, amountMicros: -amountMicros },
    ])
  }
  for (const group of byTrack(lines)) {
    const [first] = group
    if (first === undefined) continue
    const sum = group.reduce((total, { amountMicros }) => total + amountMicros, 0n)
    if (sum === 0n) continue
    const { kind, currency, territory, tier, rights, isrc } = first
    const subject: PostingSubject = { territory, tier, rights, ...(isrc === undefined ? {} : { isrc }) }
    const credits = group.filter(({ amountMicros }) => amountMicros !== 0n).map((line) => creditOf(line, subject))
    enter(kind, trackOf(first), [
      { kind: kind === 'share' ? 'pool' : 'cost', currency, amountMicros: sum, ...subject },
      ...credits,
    ])
  }
  return transfers
}

/** What a share or a minimum is about: its lines are in one transfer. */
export function trackOf({
  territory,
  tier,
  rights,
  currency,
  isrc = '',
}: Pick<RoyaltyLine, 'territory' | 'tier' | 'rights' | 'currency' | 'isrc'>): string {
  return [territory, tier, rights, currency, isrc].join('\n')
}

function byTrack(lines: readonly RoyaltyLine[]): Iterable<RoyaltyLine[]> {
  const groups = new Map<string, RoyaltyLine[]>()
  for (const line of lines) {
    const about = `${line.kind}\n${trackOf(line)}`
    const group = groups.get(about)
    if (group === undefined) groups.set(about, [line])
    else group.push(line)
  }
  return groups.values()
}

function creditOf(
  { currency, holderId, contractId, contractVersion, amountMicros }: RoyaltyLine,
  subject: PostingSubject,
): Posting {
  return {
    ...(holderId === undefined ? { kind: 'unallocated' } : { kind: 'payable', holderId }),
    currency,
    amountMicros: -amountMicros,
    ...subject,
    ...(contractId === undefined || contractVersion === undefined ? {} : { contractId, contractVersion }),
  }
}
