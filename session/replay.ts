/** Owns the latest messages of a session as bytes, one behind the other: a save copies them and packs nothing. */

/** Before each message, its length. */
const HEAD_BYTES = 4
const FIRST_BYTES = 256
/** Of all that hold no message; nothing is written into it. */
const NO_BYTES = new Uint8Array()

export class Replay {
  /** Messages beyond this push out the oldest. */
  readonly #most: number
  #memory: Uint8Array
  #from = 0
  #to: number
  #count = 0

  /** @param bytes of another replay, copied */
  constructor(most: number, bytes: Uint8Array = NO_BYTES) {
    this.#most = most
    this.#memory = bytes.byteLength === 0 ? NO_BYTES : new Uint8Array(bytes)
    this.#to = bytes.byteLength
    for (let at = 0; at < this.#to; at = this.#after(at)) this.#count += 1
  }

  get count(): number {
    return this.#count
  }

  /** As a snapshot holds them; good until the next change. */
  get bytes(): Uint8Array {
    return this.#memory.subarray(this.#from, this.#to)
  }

  /** Copies `message` behind the others. */
  keep(message: Uint8Array): void {
    if (this.#count === this.#most) {
      this.#from = this.#after(this.#from)
      this.#count -= 1
    }
    this.#makeRoom(HEAD_BYTES + message.byteLength)
    this.#view().setUint32(this.#to, message.byteLength)
    this.#memory.set(message, this.#to + HEAD_BYTES)
    this.#to += HEAD_BYTES + message.byteLength
    this.#count += 1
  }

  /** Copies of the newest `count`, oldest first. */
  newest(count: number): Uint8Array[] {
    let at = this.#from
    for (let skip = this.#count - count; skip > 0; skip -= 1) at = this.#after(at)
    const messages: Uint8Array[] = []
    for (; at < this.#to; at = this.#after(at)) messages.push(this.#memory.slice(at + HEAD_BYTES, this.#after(at)))
    return messages
  }

  clear(): void {
    this.#from = 0
    this.#to = 0
    this.#count = 0
  }

  #after(at: number): number {
    return at + HEAD_BYTES + this.#view().getUint32(at)
  }

  #view(): DataView {
    return new DataView(this.#memory.buffer)
  }

  #makeRoom(bytes: number): void {
    if (this.#to + bytes <= this.#memory.byteLength) return
    const used = this.#to - this.#from
    let size = Math.max(FIRST_BYTES, this.#memory.byteLength)
    // A quarter stays free, so that they are not moved for every one that comes.
    while (used + bytes > size * 0.75) size *= 2
    const memory = size === this.#memory.byteLength ? this.#memory : new Uint8Array(size)
    if (memory === this.#memory) memory.copyWithin(0, this.#from, this.#to)
    else memory.set(this.bytes)
    this.#memory = memory
    this.#from = 0
    this.#to = used
  }
}
