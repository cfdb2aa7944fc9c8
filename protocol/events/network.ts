/** Owns what a record says of the network that a player spoke from: enough to compare, too little to find anybody. */

import { type Static, Type } from '@sinclair/typebox'

/** Hashes of one epoch compare with each other and with no others: the key is another one. */
export const ADDRESS_EPOCH_MS = 7 * 86_400_000

export const MAX_ASN = 2 ** 32 - 1

export const Network = Type.Object({
  epoch: Type.Integer({ minimum: 0, description: 'weeks since 1970 by the clock of the gateway: which key hashed' }),
  address_hash: Type.String({
    pattern: '^[0-9a-f]{32}$',
    description: 'HMAC-SHA-256 of the IPv4 address or the IPv6 /64, cut to 128 bits',
  }),
  family: Type.Union([Type.Literal(4), Type.Literal(6)], { description: 'of the address' }),
  asn: Type.Union([Type.Integer({ minimum: 1, maximum: MAX_ASN }), Type.Null()], {
    description: 'the autonomous system; null: not known',
  }),
  place: Type.Union(
    [
      Type.Object({
        country: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' }),
        lat: Type.Number({ minimum: -90, maximum: 90 }),
        lon: Type.Number({ minimum: -180, maximum: 180 }),
      }),
      Type.Null(),
    ],
    { description: 'where the address is said to be; null: not known' },
  ),
})
export type Network = Static<typeof Network>
