/** Owns what is said of where a client speaks from. Its address goes no further than here. */

import type { GeoIp, PlaceName } from '../infra/geoip/geoip.ts'
import type { Secret } from '../infra/runtime/secret.ts'
import { isIpv6, networkOfAddress } from '../protocol/address-key.ts'
import type { Network } from '../protocol/events/network.ts'
import { createAddressHash, epochOf } from './address-hash.ts'

/** What is said of where one client speaks from. */
export interface ClientNetwork {
  /** As records of now say it: worked out when it is first asked for, and again when the key is another one. */
  at(nowMs: number): Network
  /** For a listener to read, as `Berlin, DE` or `DE`; '' when it is not known. */
  place(): string
}

export type NetworkOf = (address: string) => ClientNetwork

/** Longer ones are left out; with the country it is what `place` may be long. */
const LONGEST_CITY = 60

export function createNetworkOf(geoip: GeoIp, secret: Secret): NetworkOf {
  const hash = createAddressHash(secret)
  return (address) => {
    let known: Network | undefined
    return {
      at(nowMs) {
        const epoch = epochOf(nowMs)
        if (known?.epoch !== epoch) {
          const { asn, place } = geoip.look(address)
          const family = isIpv6(address) ? 6 : 4
          known = { epoch, address_hash: hash(networkOfAddress(address), epoch), family, asn, place }
        }
        return known
      },
      place: () => placeText(geoip.look(address).name),
    }
  }
}

function placeText(name: PlaceName | null): string {
  if (name === null) return ''
  const { city = '', country } = name
  return city === '' || city.length > LONGEST_CITY ? country : `${city}, ${country}`
}
