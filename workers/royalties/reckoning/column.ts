/** Owns columns that grow: numbers in a typed array, since twenty million objects are not kept. */

type Numbers = Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Float64Array<ArrayBuffer>

const AT_FIRST = 1_024

export class Column<Kind extends Numbers> {
  readonly #make: new (
    length: number,
  ) => Kind
  #values: Kind
  #count = 0

  constructor(make: new (length: number) => Kind) {
    this.#make = make
    this.#values = new make(AT_FIRST)
  }

  get count(): number {
    return this.#count
  }

  /** What was pushed so far. It is not kept: the next push may move it. */
  get values(): Kind {
    return this.#values.subarray(0, this.#count) as Kind
  }

  at(index: number): number {
    return this.#values[index] ?? 0
  }

  push(value: number): void {
    if (this.#count === this.#values.length) {
      const wider = new this.#make(this.#count * 2)
      wider.set(this.#values)
      this.#values = wider
    }
    this.#values[this.#count] = value
    this.#count += 1
  }
}
