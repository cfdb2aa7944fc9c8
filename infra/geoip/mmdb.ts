/** Owns databases in MaxMind's format: those of cities, of countries with a location, and of autonomous systems. */

import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { Reader, type Response } from 'mmdb-lib'
import { type AddressFacts, type GeoIp, NOTHING_KNOWN, type PlaceName } from './geoip.ts'

/** Of the many fields of such databases, those that are used; each may be missing. */
interface Row {
  readonly autonomous_system_number?: unknown
  readonly country?: { readonly iso_code?: unknown }
  readonly city?: { readonly names?: { readonly en?: unknown } }
  readonly location?: { readonly latitude?: unknown; readonly longitude?: unknown }
}

/** The whole file is held in memory: 5 to 130 MB. */
export async function openMmdb(path: string): Promise<GeoIp> {
  const reader = new Reader(await readFile(path))
  return {
    look(address) {
      if (isIP(address) === 0) return NOTHING_KNOWN
      // In a database of IPv4 alone there is no IPv6 address.
      if (reader.metadata.ipVersion === 4 && isIP(address) === 6) return NOTHING_KNOWN
      const row: Response | Row | null = reader.get(address)
      return row === null ? NOTHING_KNOWN : factsOf(row as Row)
    },
  }
}

function factsOf({ autonomous_system_number: asn, country, city, location }: Row): AddressFacts {
  const code = country?.iso_code
  const { latitude: lat, longitude: lon } = location ?? {}
  const isPlace = typeof code === 'string' && typeof lat === 'number' && typeof lon === 'number'
  return {
    asn: typeof asn === 'number' && asn > 0 ? asn : null,
    place: isPlace ? { country: code, lat, lon } : null,
    name: typeof code === 'string' ? nameOf(code, city?.names?.en) : null,
  }
}

function nameOf(country: string, city: unknown): PlaceName {
  return typeof city === 'string' && city !== '' ? { country, city } : { country }
}
