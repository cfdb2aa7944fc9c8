/** Owns WebSocket frames as a client writes and reads them: RFC 6455, one frame a message, nothing that a player does not need. */

export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9 } as const

const FIN = 0x80
const MASKED = 0x80
const MASK_BYTES = 4

/** A masked frame. The mask is zero, which leaves the bytes as they are: the server undoes it all the same, and the generator is spared the work. */
export function clientFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const head = 2 + extra + MASK_BYTES
  const frame = Buffer.alloc(head + length)
  frame[0] = FIN | opcode
  if (extra === 0) frame[1] = MASKED | length
  else if (extra === 2) {
    frame[1] = MASKED | 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = MASKED | 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.set(payload, head)
  return frame
}

/** Cuts what a server sends into frames, wherever the pieces of the stream end. */
export class FrameReader {
  #rest: Buffer | undefined

  /** Calls `take` for each frame that is whole. The payload is the memory of the piece: it is read before `take` returns. */
  push(piece: Buffer, take: (opcode: number, payload: Buffer) => void): void {
    const bytes = this.#rest === undefined ? piece : Buffer.concat([this.#rest, piece])
    this.#rest = undefined
    let at = 0
    for (;;) {
      const end = frameEnd(bytes, at)
      if (end === undefined) break
      const start = at + headBytes(bytes, at)
      const opcode = (bytes[at] ?? 0) & 0x0f
      at = end
      take(opcode, bytes.subarray(start, end))
    }
    // A copy: the memory of the piece is used again.
    if (at < bytes.length) this.#rest = Buffer.from(bytes.subarray(at))
  }
}

function headBytes(bytes: Buffer, at: number): number {
  const length = (bytes[at + 1] ?? 0) & 0x7f
  return length < 126 ? 2 : length === 126 ? 4 : 10
}

/** Where the frame that begins at `at` ends; undefined when it has not all arrived. */
function frameEnd(bytes: Buffer, at: number): number | undefined {
  if (bytes.length < at + 2) return undefined
  const head = headBytes(bytes, at)
  if (bytes.length < at + head) return undefined
  const short = (bytes[at + 1] ?? 0) & 0x7f
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
  const end = at + head + length
  return bytes.length < end ? undefined : end
}
