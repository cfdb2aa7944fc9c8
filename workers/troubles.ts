/** Owns which partitions of a worker cannot go on now: while there is one, the worker is not ready. */

export class Troubles {
  readonly #partitions = new Set<number>()

  get any(): boolean {
    return this.#partitions.size > 0
  }

  begin(partition: number): void {
    this.#partitions.add(partition)
  }

  /** It went on, or was given to somebody else. */
  end(partition: number): void {
    this.#partitions.delete(partition)
  }
}
