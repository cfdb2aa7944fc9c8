/** Owns what a MessagePack frame may be made of (C2), checked before anything is read from it. Hot path: nothing is allocated. */

/** No message nests deeper than 4; what a later version adds may. */
export const MAX_DEPTH = 32

/** The frame under check, where the check stands, and where the frame ends. */
let bytes: Uint8Array = new Uint8Array()
let at = 0
let end = 0

/**
 * Whether `frame` is one value of plain MessagePack: no extension type, keys that are text, text that is UTF-8, no more
 * elements than bytes, and nothing after it. The decoder would read more than that, and a header could make it take memory.
 */
export function isPlainFrame(frame: Uint8Array): boolean {
  bytes = frame
  at = 0
  end = frame.length
  return skipValue(0) && at === end
}

const MAP = -1
const ARRAY = -2
const TEXT = -3
const FORBIDDEN = -4

/** By the first byte from 0xc0 to 0xdf: how many bytes follow, or what kind of length does. */
const KINDS = [
  ...[0, FORBIDDEN, 0, 0],
  // bin 8, 16, 32: a length, then as many bytes; ext 8, 16, 32.
  ...[-5, -5, -5, FORBIDDEN, FORBIDDEN, FORBIDDEN],
  // float 32, 64; uint and int 8, 16, 32, 64.
  ...[4, 8, 1, 2, 4, 8, 1, 2, 4, 8],
  // fixext 1, 2, 4, 8, 16.
  ...[FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN],
  ...[TEXT, TEXT, TEXT, ARRAY, ARRAY, MAP, MAP],
]
/** By the same byte: the bytes of the length. */
const LENGTH_BYTES = [
  ...[0, 0, 0, 0, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4],
]

function skipValue(depth: number): boolean {
  if (at >= end) return false
  const first = bytes[at++] as number
  if (first < 0x80 || first >= 0xe0) return true
  if (first < 0x90) return skipMap(first & 0x0f, depth)
  if (first < 0xa0) return skipArray(first & 0x0f, depth)
  if (first < 0xc0) return skipText(first & 0x1f)
  const kind = KINDS[first - 0xc0] as number
  if (kind >= 0) return skipBytes(kind)
  if (kind === FORBIDDEN) return false
  const length = takeLength(LENGTH_BYTES[first - 0xc0] as number)
  if (kind === TEXT) return skipText(length)
  if (kind === MAP) return skipMap(length, depth)
  if (kind === ARRAY) return skipArray(length, depth)
  return skipBytes(length)
}

/** A length that is cut short is more than there can be. */
function takeLength(size: number): number {
  if (at + size > end) return Number.POSITIVE_INFINITY
  let length = 0
  for (let index = 0; index < size; index++) length = length * 256 + (bytes[at++] as number)
  return length
}

function skipBytes(length: number): boolean {
  at += length
  return at <= end
}

function skipArray(length: number, depth: number): boolean {
  if (depth >= MAX_DEPTH || length > end - at) return false
  for (let index = 0; index < length; index++) if (!skipValue(depth + 1)) return false
  return true
}

function skipMap(length: number, depth: number): boolean {
  if (depth >= MAX_DEPTH || length * 2 > end - at) return false
  for (let index = 0; index < length; index++) if (!skipKey() || !skipValue(depth + 1)) return false
  return true
}

function skipKey(): boolean {
  if (at >= end) return false
  const first = bytes[at++] as number
  if (first >= 0xa0 && first < 0xc0) return skipText(first & 0x1f)
  return first >= 0xd9 && first <= 0xdb && skipText(takeLength(LENGTH_BYTES[first - 0xc0] as number))
}

/** Text is well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF. */
function skipText(length: number): boolean {
  if (length > end - at) return false
  const stop = at + length
  while (at < stop) {
    const first = bytes[at++] as number
    if (first < 0x80) continue
    if (first < 0xc2 || first > 0xf4) return false
    const more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3
    if (at + more > stop) return false
    const second = bytes[at] as number
    if (second < (LEAST_SECOND[first] ?? 0x80) || second > (MOST_SECOND[first] ?? 0xbf)) return false
    for (let index = 1; index < more; index++) if (((bytes[at + index] as number) & 0xc0) !== 0x80) return false
    at += more
  }
  return true
}

/** The second byte is narrower than 80..BF after these (RFC 3629, section 4). */
const LEAST_SECOND: Readonly<Record<number, number>> = { 224: 0xa0, 240: 0x90 }
const MOST_SECOND: Readonly<Record<number, number>> = { 237: 0x9f, 244: 0x8f }
