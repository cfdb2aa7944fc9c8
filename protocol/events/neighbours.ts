/** Owns what the worker `recommend` leaves in Redis for the gateways: of each track what is heard with it, and what is heard most. */

import { plainMsgpack } from '../plain-msgpack.ts'

/** Raised with every change of the bytes: those of another version are no list. */
const VERSION = 1
/** What a gateway holds in memory of each track. */
export const MOST_NEIGHBOURS = 30
export const MOST_POPULAR = 50
/** Shares are told in so many parts. */
export const WHOLE = 255
const UUID_BYTES = 16

export interface Neighbours {
  /** The best first. */
  readonly trackIds: readonly string[]
  /** Of the sessions that heard the track, the share that heard this one too; less those that skipped it. */
  readonly beside: Uint8Array
  /** The share that heard it soon after, the sooner the more. */
  readonly after: Uint8Array
}

export function packNeighbours({ trackIds, beside, after }: Neighbours): Uint8Array {
  return copyOf(plainMsgpack.pack([VERSION, packIds(trackIds), beside, after]))
}

/** @returns undefined for what was written by another version */
export function unpackNeighbours(bytes: Uint8Array): Neighbours | undefined {
  const [version, ids, beside, after] = plainMsgpack.unpack(bytes) as [number, Uint8Array, Uint8Array, Uint8Array]
  return version === VERSION ? { trackIds: unpackIds(ids), beside: copyOf(beside), after: copyOf(after) } : undefined
}

/** What is heard most, the most first. */
export function packPopular(trackIds: readonly string[]): Uint8Array {
  return copyOf(plainMsgpack.pack([VERSION, packIds(trackIds)]))
}

/** @returns undefined for what was written by another version */
export function unpackPopular(bytes: Uint8Array): readonly string[] | undefined {
  const [version, ids] = plainMsgpack.unpack(bytes) as [number, Uint8Array]
  return version === VERSION ? unpackIds(ids) : undefined
}

/** The memory of packer and unpacker is shared, and kept whole by any part of it. */
const copyOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)

/** UUIDs as their bytes, one after the other. */
export function packIds(ids: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(ids.length * UUID_BYTES)
  let at = 0
  for (const id of ids) {
    const digits = id.replaceAll('-', '')
    for (let i = 0; i < UUID_BYTES; i += 1) bytes[at++] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  }
  return bytes
}

export function unpackIds(bytes: Uint8Array): string[] {
  return Array.from({ length: bytes.length / UUID_BYTES }, (_, n) => uuidAt(bytes, n * UUID_BYTES))
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function uuidAt(bytes: Uint8Array, from: number): string {
  let text = ''
  for (let i = 0; i < UUID_BYTES; i += 1) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-'
    text += HEX[bytes[from + i] as number]
  }
  return text
}
