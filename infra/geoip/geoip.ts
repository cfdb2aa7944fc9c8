/** Owns the port that tells what is known of an address: whose network it is, and where that is said to be. */

export interface AddressFacts {
  /** The autonomous system; null: not known. */
  readonly asn: number | null
  readonly place: { readonly country: string; readonly lat: number; readonly lon: number } | null
  /** The same for a person to read; null: not known. */
  readonly name: PlaceName | null
}

export interface PlaceName {
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** In English. */
  readonly city?: string
}

export interface GeoIp {
  /** Never throws: of what is no address nothing is known. */
  look(address: string): AddressFacts
}

export const NOTHING_KNOWN: AddressFacts = Object.freeze({ asn: null, place: null, name: null })
