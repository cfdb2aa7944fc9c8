import { describe, expect, it } from 'vitest'
import { clientFrame, FrameReader, OPCODE } from './frames.ts'

/** As a server writes it: not masked. */
function serverFrame(payload: Buffer): Buffer {
  const { length } = payload
  if (length < 126) return Buffer.concat([Buffer.from([0x82, length]), payload])
  if (length < 65_536) return Buffer.concat([Buffer.from([0x82, 126, length >> 8, length & 0xff]), payload])
  const head = Buffer.alloc(10)
  head.set([0x82, 127])
  head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, payload])
}

describe('WebSocket frames', () => {
  it('are read whole, however the stream is cut', () => {
    for (const [piece, lengths] of [
      [1, [0, 1, 125, 126]],
      [4_093, [65_535, 0, 65_536, 1]],
      [1_000_000, [126, 65_536, 0, 3]],
    ] as const) {
      const payloads = lengths.map((length) => Buffer.alloc(length, length % 251))
      const stream = Buffer.concat(payloads.map(serverFrame))
      const reader = new FrameReader()
      const read: Buffer[] = []
      for (let at = 0; at < stream.length; at += piece) {
        reader.push(stream.subarray(at, at + piece), (opcode, payload) => {
          expect(opcode).toBe(OPCODE.binary)
          read.push(Buffer.from(payload))
        })
      }
      expect(read.map((bytes) => bytes.length)).toEqual(payloads.map((bytes) => bytes.length))
      expect(Buffer.concat(read).equals(Buffer.concat(payloads))).toBe(true)
    }
  })

  it('are written with a mask, and with the length in as many bytes as it needs', () => {
    const head = (length: number) => clientFrame(OPCODE.binary, Buffer.alloc(length)).subarray(0, 4)
    expect([...head(5)].slice(0, 2)).toEqual([0x82, 0x85])
    expect([...head(126)]).toEqual([0x82, 0xfe, 0, 126])
    expect(head(70_000)[1]).toBe(0xff)
    expect(clientFrame(OPCODE.binary, Buffer.from('abc')).subarray(-3).toString()).toBe('abc')
  })
})
