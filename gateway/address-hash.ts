/** Owns how an address is written down: hashed by a key that is another one every week, so that it can be compared and not found out. */

import { createHmac, hkdfSync } from 'node:crypto'
import type { Secret } from '../infra/runtime/secret.ts'
import { ADDRESS_EPOCH_MS } from '../protocol/events/network.ts'

const KEY_BYTES = 32
const HASH_HEX = 32

/** Hashes by the key of an epoch. All gateways of one secret give the same. */
export type AddressHash = (text: string, epoch: number) => string

export const epochOf = (nowMs: number): number => Math.floor(nowMs / ADDRESS_EPOCH_MS)

export function createAddressHash(secret: Secret): AddressHash {
  let known: { readonly epoch: number; readonly key: Buffer } | undefined
  const keyOf = (epoch: number): Buffer => {
    // Whoever learns the key of one week learns nothing of the others, and of the secret.
    if (known?.epoch !== epoch) {
      const key = hkdfSync('sha256', secret.reveal(), '', `segue address ${epoch}`, KEY_BYTES)
      known = { epoch, key: Buffer.from(key) }
    }
    return known.key
  }
  return (text, epoch) => createHmac('sha256', keyOf(epoch)).update(text).digest('hex').slice(0, HASH_HEX)
}
