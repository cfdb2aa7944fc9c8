/** Owns how objects lie in one file, one after the other: what is said of each, its bytes, and their hash. */

import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { StackProblem } from '../stack/problem.ts'

export interface ObjectHead {
  readonly key: string
  readonly size: number
  readonly metadata: Readonly<Record<string, string>>
}

const LENGTH_BYTES = 4
const HASH_BYTES = 32
/** Keys have 1 KiB at most, what is said of an object 8. */
const MOST_HEAD_BYTES = 64 * 1024

/** The head with its length before it, the bytes, SHA-256 of the bytes. */
export async function* framed(head: ObjectHead, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const said = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(said.length)
  yield Buffer.concat([length, said])
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of bytes) {
    hash.update(chunk)
    size += chunk.length
    yield chunk
  }
  if (size !== head.size) throw new StackProblem(`${head.key} changed while it was copied: take another backup`)
  yield hash.digest()
}

/**
 * Each object in its turn; what `take` leaves of the bytes of one is read and looked at all the same.
 * @throws {StackProblem} when the file ends in the middle of one, or bytes are not those that were written.
 */
export async function eachObject(
  file: AsyncIterable<Uint8Array>,
  take: (head: ObjectHead, bytes: Readable) => Promise<void>,
): Promise<number> {
  const reader = new FrameReader(file)
  let objects = 0
  for (;;) {
    const length = await reader.exactly(LENGTH_BYTES, true)
    if (length === undefined) return objects
    const said = await reader.exactly(Math.min(length.readUInt32BE(), MOST_HEAD_BYTES))
    const head = JSON.parse(said.toString()) as ObjectHead
    const hash = createHash('sha256')
    const bytes = async function* () {
      for await (const chunk of reader.upTo(head.size)) {
        hash.update(chunk)
        yield chunk
      }
    }
    const stream = Readable.from(bytes(), { objectMode: false })
    await take(head, stream)
    if (!stream.destroyed) await finished(stream.resume())
    const written = await reader.exactly(HASH_BYTES)
    if (!written.equals(hash.digest()))
      throw new StackProblem(`${head.key} is not as it was written: take another backup`)
    objects += 1
  }
}

class FrameReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #held: Buffer = Buffer.alloc(0)

  constructor(file: AsyncIterable<Uint8Array>) {
    this.#chunks = file[Symbol.asyncIterator]()
  }

  async exactly(wanted: number): Promise<Buffer>
  async exactly(wanted: number, orEnd: true): Promise<Buffer | undefined>
  async exactly(wanted: number, orEnd = false): Promise<Buffer | undefined> {
    const parts: Buffer[] = []
    for await (const part of this.upTo(wanted, orEnd)) parts.push(part)
    return orEnd && parts.length === 0 ? undefined : Buffer.concat(parts)
  }

  async *upTo(wanted: number, orEnd = false): AsyncGenerator<Buffer> {
    let missing = wanted
    while (missing > 0) {
      if (this.#held.length === 0) {
        const { value, done } = await this.#chunks.next()
        if (done === true) {
          if (orEnd && missing === wanted) return
          throw new StackProblem('a file of objects ends in the middle of one: take another backup')
        }
        this.#held = Buffer.from(value.buffer, value.byteOffset, value.length)
      }
      const part = this.#held.subarray(0, missing)
      this.#held = this.#held.subarray(part.length)
      missing -= part.length
      yield part
    }
  }
}
