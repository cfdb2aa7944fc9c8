/** Owns where partitions were sent back to, so that what is missing there is told from what was merely not read yet. */

interface Seek {
  readonly offset: bigint
  /** Of the membership it was made in. Another membership begins at Kafka's own offsets and knows nothing of it. */
  readonly signal: AbortSignal
}

export class SentBack {
  readonly #seeks = new Map<number, Seek>()

  note(partition: number, offset: bigint, signal: AbortSignal): void {
    this.#seeks.set(partition, { offset, signal })
  }

  /** Whether this membership already asked for `offset`: when Kafka still begins later, it no longer has what is between. */
  knows(partition: number, offset: bigint, signal: AbortSignal): boolean {
    const seek = this.#seeks.get(partition)
    return seek !== undefined && seek.signal === signal && seek.offset === offset
  }

  forget(partition: number): void {
    this.#seeks.delete(partition)
  }
}
