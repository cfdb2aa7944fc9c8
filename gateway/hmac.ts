/**
 * Owns HMAC-SHA256 (RFC 2104) by one key, of short texts, as two one-shot hashes: Node's own makes an object for each, which costs
 * more than the hashes.
 */

import { hash } from 'node:crypto'

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32
const FIRST_TEXT_BYTES = 192
/** A character of UTF-16 is at most so many bytes of UTF-8. */
const MOST_OF_A_CHARACTER = 3

/** The HMAC of a text (UTF-8) as hexadecimal, in Base64 for addresses, or as 32 bytes. */
export interface Hmac {
  hex(text: string): string
  base64url(text: string): string
  bytes(text: string): Buffer
}

export function createHmac(key: Uint8Array): Hmac {
  const block = key.byteLength > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key
  let inner = Buffer.alloc(BLOCK_BYTES + FIRST_TEXT_BYTES)
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES)
  for (let index = 0; index < BLOCK_BYTES; index++) {
    inner[index] = (block[index] ?? 0) ^ 0x36
    outer[index] = (block[index] ?? 0) ^ 0x5c
  }
  /** `outer`, with the inner hash of `text` in it: good until the next. */
  const outerOf = (text: string): Buffer => {
    const most = BLOCK_BYTES + text.length * MOST_OF_A_CHARACTER
    if (most > inner.byteLength) inner = Buffer.concat([inner.subarray(0, BLOCK_BYTES)], most)
    const end = BLOCK_BYTES + inner.write(text, BLOCK_BYTES)
    outer.set(hash('sha256', inner.subarray(0, end), 'buffer'), BLOCK_BYTES)
    return outer
  }
  return {
    hex: (text) => hash('sha256', outerOf(text)),
    base64url: (text) => hash('sha256', outerOf(text), 'base64url'),
    bytes: (text) => hash('sha256', outerOf(text), 'buffer'),
  }
}
