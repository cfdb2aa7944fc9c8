/** Owns how an address is written down: hashed by a key that is another one every week, so that it can be compared and not found out. */

import { hkdfSync } from 'node:crypto'
import type { Secret } from '../infra/runtime/secret.ts'
import { ADDRESS_EPOCH_MS } from '../protocol/events/network.ts'
import { createHmac, type Hmac } from './hmac.ts'

const KEY_BYTES = 32
const HASH_HEX = 32

/** Hashes by the key of an epoch. All gateways of one secret give the same. */
export type AddressHash = (text: string, epoch: number) => string

export const epochOf = (nowMs: number): number => Math.floor(nowMs / ADDRESS_EPOCH_MS)

export function createAddressHash(secret: Secret): AddressHash {
  let known: { readonly epoch: number; readonly hmac: Hmac } | undefined
  const hmacOf = (epoch: number): Hmac => {
    // Whoever learns the key of one week learns nothing of the others, and of the secret.
    if (known?.epoch !== epoch) {
      const key = hkdfSync('sha256', secret.reveal(), '', `segue address ${epoch}`, KEY_BYTES)
      known = { epoch, hmac: createHmac(new Uint8Array(key)) }
    }
    return known.hmac
  }
  return (text, epoch) => hmacOf(epoch).hex(text).slice(0, HASH_HEX)
}
