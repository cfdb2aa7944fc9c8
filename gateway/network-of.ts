/** Owns what is said of where a client speaks from. Its address goes no further than here. */

import type { GeoIp, PlaceName } from '../infra/geoip/geoip.ts'
import type { Secret } from '../infra/runtime/secret.ts'
import { isIpv6, networkOfAddress } from '../protocol/address-key.ts'
import type { Network } from '../protocol/events/network.ts'
import { type AddressHash, createAddressHash, epochOf } from './address-hash.ts'

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
  return (address) => new NamedNetwork(geoip, hash, address)
}

/** A class, as every connection has one: what does not differ is not held by each. */
class NamedNetwork implements ClientNetwork {
  readonly #geoip: GeoIp
  readonly #hash: AddressHash
  readonly #address: string
  #known: Network | undefined

  constructor(geoip: GeoIp, hash: AddressHash, address: string) {
    this.#geoip = geoip
    this.#hash = hash
    this.#address = address
  }

  at(nowMs: number): Network {
    const epoch = epochOf(nowMs)
    if (this.#known?.epoch !== epoch) {
      const address = this.#address
      const { asn, place } = this.#geoip.look(address)
      const family = isIpv6(address) ? 6 : 4
      this.#known = { epoch, address_hash: this.#hash(networkOfAddress(address), epoch), family, asn, place }
    }
    return this.#known
  }

  place(): string {
    return placeText(this.#geoip.look(this.#address).name)
  }
}

function placeText(name: PlaceName | null): string {
  if (name === null) return ''
  const { city = '', country } = name
  return city === '' || city.length > LONGEST_CITY ? country : `${city}, ${country}`
}
