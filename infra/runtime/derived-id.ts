/**
 * Owns identifiers that are made from what they name, so that whoever makes one again, anywhere, gets the same.
 * They are UUIDs of version 8 (RFC 9562, 5.8), whose bits the maker chooses: here the first of a SHA-256.
 */

import { createHash } from 'node:crypto'

/** `kind` keeps those of one use apart from those of another. */
export function derivedId(kind: string, text: string): string {
  const bytes = createHash('sha256').update(`segue:${kind}:${text}`).digest()
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
