/** Owns which address a client has: that of its socket. */

import type { HttpResponse } from 'uWebSockets.js'

/** In text; an IPv4 address that came through an IPv6 socket is one. */
export function clientAddress(res: Pick<HttpResponse, 'getRemoteAddress'>): string {
  return addressText(new Uint8Array(res.getRemoteAddress()))
}

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

/** Of 4 or 16 bytes, in network order. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  if (MAPPED.every((byte, index) => bytes[index] === byte)) return bytes.subarray(MAPPED.length).join('.')
  const groups = Array.from({ length: bytes.length / 2 }, (_, index) =>
    (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16),
  )
  return groups.join(':')
}
