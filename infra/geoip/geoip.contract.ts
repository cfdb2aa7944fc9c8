/** Owns what every database of addresses must do, whatever its format. */

import { expect, test } from 'vitest'
import { type GeoIp, NOTHING_KNOWN } from './geoip.ts'

const BERLIN = { country: 'DE', lat: 52.52, lon: 13.41 }
const BERLIN_BY_NAME = { country: 'DE', city: 'Berlin' }
const LIMA = { country: 'PE', lat: -12.05, lon: -77.04 }

/** By first and last address; `last` is the end of the block of `bits`. */
export const CONTRACT_ROWS = [
  { first: '192.0.2.0', last: '192.0.2.127', bits: 25, asn: 64500, place: BERLIN, name: BERLIN_BY_NAME },
  { first: '192.0.2.128', last: '192.0.2.255', bits: 25, asn: null, place: LIMA, name: { country: 'PE' } },
  { first: '198.51.100.7', last: '198.51.100.7', bits: 32, asn: 4_200_000_000, place: null, name: null },
  {
    first: '2001:db8::',
    last: '2001:db8:0:ffff:ffff:ffff:ffff:ffff',
    bits: 48,
    asn: 64501,
    place: LIMA,
    name: { country: 'PE' },
  },
] as const

/** @param open opens a database of {@link CONTRACT_ROWS} */
export function contractOfGeoIp(open: () => Promise<GeoIp>): void {
  test.each([
    ['192.0.2.0', { asn: 64500, place: BERLIN, name: BERLIN_BY_NAME }],
    ['192.0.2.127', { asn: 64500, place: BERLIN, name: BERLIN_BY_NAME }],
    ['192.0.2.128', { asn: null, place: LIMA, name: { country: 'PE' } }],
    ['198.51.100.7', { asn: 4_200_000_000, place: null, name: null }],
    ['2001:db8::', { asn: 64501, place: LIMA, name: { country: 'PE' } }],
    ['2001:db8:0:ffff:ffff:ffff:ffff:ffff', { asn: 64501, place: LIMA, name: { country: 'PE' } }],
    ['2001:db8:0:7::192.0.2.1', { asn: 64501, place: LIMA, name: { country: 'PE' } }],
  ])('%s lies in a range', async (address, facts) => {
    expect((await open()).look(address)).toEqual(facts)
  })

  test.each(['192.0.1.255', '192.0.3.0', '198.51.100.6', '198.51.100.8', '2001:db8:1::', '::1', '127.0.0.1', '', 'x'])(
    'of %s nothing is known',
    async (address) => {
      expect((await open()).look(address)).toEqual(NOTHING_KNOWN)
    },
  )
}
