/** Owns what heads of before say about the chain of now: told every link, it names the first of them that the chain did not have. */

export interface ChainHead {
  /** How much of it there was. */
  readonly sequence: bigint
  /** Of the last link, in hex. */
  readonly hash: string
  readonly notedAt?: Date
}

export interface NotedHeads {
  /** In the order of their sequence. */
  take(sequence: bigint, hash: string): void
  /** After the last. */
  end(endsAt: bigint): { readonly sequence: bigint; readonly says: string }[]
}

export function createNotedHeads(heads: readonly ChainHead[]): NotedHeads {
  const due = heads.filter(({ sequence }) => sequence > 0n).sort((one, other) => Number(one.sequence - other.sequence))
  const another: ChainHead[] = []
  let held: ChainHead | undefined
  let at = 0

  /** By what was noted first: from there on no later one can hold. */
  const told = (failed: readonly ChainHead[], says: string) => {
    const [first] = failed
    if (first === undefined) return []
    const more = failed.length > 1 ? ` (and so ${failed.length - 1} that were noted later)` : ''
    const last = held === undefined ? '' : `; link ${held.sequence}${when(held)} is as it was noted`
    return [{ sequence: first.sequence, says: `link ${first.sequence} was noted${when(first)}; ${says}${last}${more}` }]
  }

  return {
    take(sequence, hash) {
      for (let head = due[at]; head !== undefined && head.sequence <= sequence; at += 1, head = due[at]) {
        if (head.sequence === sequence && head.hash === hash) held = head
        else another.push(head)
      }
    },
    end: (endsAt) => [
      ...told(another, 'it has another hash now: the chain was written anew'),
      ...told(due.slice(at), `the chain ends at ${endsAt}: what came after was cut off`),
    ],
  }
}

const when = ({ notedAt }: ChainHead) => (notedAt === undefined ? '' : ` at ${notedAt.toISOString()}`)
