/** Owns identifiers: UUIDv7 (RFC 9562), whose first 48 bits are milliseconds since 1970. */

/** A new UUIDv7 for the time `nowMs`; the other 74 bits are random. */
export function uuidv7(nowMs: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[0] = nowMs / 2 ** 40
  bytes[1] = nowMs / 2 ** 32
  bytes[2] = nowMs / 2 ** 24
  bytes[3] = nowMs / 2 ** 16
  bytes[4] = nowMs / 2 ** 8
  bytes[5] = nowMs
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  let text = ''
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-'
    text += (bytes[i] ?? 0).toString(16).padStart(2, '0')
  }
  return text
}

/** The milliseconds since 1970 that a UUIDv7 holds. */
export function uuidv7TimeMs(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}
