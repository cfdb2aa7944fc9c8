/** Owns frames that are said again and again: made once, with the numbers that change written into their bytes. */

import { clientFrame } from '../../storms/generator/frames.ts'

/** Beyond what fits into fewer bytes, so that each number takes the same place. */
export const LEAST_NUMBER = 65_536

const UINT32 = 0xce

export class Repeated {
  readonly #one: Buffer
  readonly #at: number
  #many: Buffer = Buffer.alloc(0)
  #count = 0

  /** @param field of MessagePack, whose value from {@link LEAST_NUMBER} on is another one each time; undefined: nothing changes. */
  constructor(opcode: number, payload: Uint8Array, field: string | undefined) {
    this.#one = clientFrame(opcode, payload)
    this.#at = field === undefined ? -1 : placeOf(this.#one, field)
  }

  /** `count` frames in one piece, numbered as `next` says. */
  frames(count: number, next: () => number): Buffer {
    if (count > this.#count) {
      this.#many = Buffer.concat(Array.from({ length: count }, () => this.#one))
      this.#count = count
    }
    const { length } = this.#one
    if (this.#at >= 0) for (let i = 0; i < count; i += 1) this.#many.writeUInt32BE(next(), i * length + this.#at)
    return count === this.#count ? this.#many : this.#many.subarray(0, count * length)
  }
}

function placeOf(frame: Buffer, field: string): number {
  const at = frame.indexOf(field) + field.length
  if (frame[at] !== UINT32) throw new Error(`${field} is not where it was looked for`)
  return at + 1
}
