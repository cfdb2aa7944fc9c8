/** Owns which address a client has: that of its socket, or what a trusted proxy says it came from. */

import type { HttpRequest, HttpResponse } from 'uWebSockets.js'
import { type BlockList, isIP } from 'node:net'
import { isIpv6 } from '../protocol/address-key.ts'

/** In text; an IPv4 address that came through an IPv6 socket is one. */
export type ClientAddress = (
  res: Pick<HttpResponse, 'getRemoteAddress'>,
  req: Pick<HttpRequest, 'forEach' | 'getHeader'>,
) => string

const FORWARDED = 'x-forwarded-for'

export function createClientAddress(trusted: BlockList): ClientAddress {
  // Without a proxy nothing is looked up: it costs as much as a tenth of an upgrade.
  if (trusted.rules.length === 0) return (res) => addressText(new Uint8Array(res.getRemoteAddress()))
  const isTrusted = (address: string) => trusted.check(address, isIpv6(address) ? 'ipv6' : 'ipv4')
  return (res, req) => {
    const peer = addressText(new Uint8Array(res.getRemoteAddress()))
    if (!isTrusted(peer) || req.getHeader(FORWARDED) === '') return peer
    return furthestKnown(peer, hops(req), isTrusted)
  }
}

/** What every header of the name says, in the order in which proxies added it: of several, the first may be a client's own. */
function hops(req: Pick<HttpRequest, 'forEach'>): string[] {
  const found: string[] = []
  req.forEach((name, value) => {
    if (name === FORWARDED) found.push(...value.split(','))
  })
  return found
}

/** From the gateway outwards: each trusted hop vouches for the one before it, and nobody vouches for more. */
function furthestKnown(peer: string, hops: string[], isTrusted: (address: string) => boolean): string {
  let known = peer
  while (isTrusted(known)) {
    const before = plainAddress(hops.pop()?.trim() ?? '')
    if (before === undefined) break
    known = before
  }
  return known
}

const MAPPED_TEXT = /^::ffff:(?=\d+\.)/i

/** Undefined: it is none. */
function plainAddress(text: string): string | undefined {
  const address = text.replace(MAPPED_TEXT, '')
  return isIP(address) === 0 || address.includes('%') ? undefined : address
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
