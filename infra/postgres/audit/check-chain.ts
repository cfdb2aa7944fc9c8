/** Owns the check of the chain over the audit log, link by link: pure, told each link with its entry, answering what is wrong and with which row. */

import { type AuditEntry, type AuditLink, BEFORE_THE_FIRST, digestOf, hashOf } from './entry.ts'
import { type ChainHead, createNotedHeads } from './noted-heads.ts'

export type AuditFlaw = 'altered' | 'missing' | 'inserted' | 'another-chain'

export interface AuditFinding {
  readonly flaw: AuditFlaw
  readonly sequence?: bigint
  readonly entryId?: string
  /** In words, for a person. */
  readonly says: string
}

export interface ChainCheck {
  /** In the order of their sequence; `isRetired` for a month that is gone by the book. */
  take(link: AuditLink, entry: AuditEntry | undefined, isRetired: boolean): AuditFinding[]
  /** After the last. */
  end(): AuditFinding[]
  readonly head: ChainHead
}

/** @param noted heads of before, which the chain must have had. */
export function createChainCheck(noted: readonly ChainHead[] = []): ChainCheck {
  const before = createNotedHeads(noted)
  let sequence = 0n
  let hash: Buffer = BEFORE_THE_FIRST

  function* flawsOf(link: AuditLink, entry: AuditEntry | undefined, isRetired: boolean): Generator<AuditFinding> {
    const { entryId } = link
    const follows = link.sequence === sequence + 1n
    if (!follows) {
      const gone = link.sequence - sequence - 1n
      const which = gone === 1n ? `link ${sequence + 1n} is` : `links ${sequence + 1n} to ${link.sequence - 1n} are`
      yield { flaw: 'missing', sequence: sequence + 1n, says: `${which} missing: ${gone} entries were taken out` }
    } else if (!hashOf(hash, link).equals(link.hash)) {
      const where = sequence === 0n ? 'it is not the first' : `it does not follow from link ${sequence}`
      yield { flaw: 'altered', sequence: link.sequence, entryId, says: `the link was altered or moved: ${where}` }
    }
    if (entry === undefined) {
      if (!isRetired) {
        yield { flaw: 'missing', sequence: link.sequence, entryId, says: 'the entry was deleted' }
      }
    } else if (!digestOf(entry).equals(link.digest)) {
      const what = `${entry.action} of ${entry.tableName} ${entry.rowKey} by ${entry.login}`
      yield { flaw: 'altered', sequence: link.sequence, entryId, says: `the entry was altered: it now says ${what}` }
    }
  }

  return {
    take(link, entry, isRetired) {
      const flaws = [...flawsOf(link, entry, isRetired)]
      // From here on by what is there, so that what follows is judged by itself.
      sequence = link.sequence
      hash = link.hash
      before.take(sequence, hash.toString('hex'))
      return flaws
    },
    end: () => before.end(sequence).map((told) => ({ flaw: 'another-chain' as const, ...told })),
    get head() {
      return { sequence, hash: hash.toString('hex') }
    },
  }
}
