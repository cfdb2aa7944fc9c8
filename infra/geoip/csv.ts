/** Owns databases as ranges in a file of text: `first,last,asn,country,lat,lon` and perhaps `city`, by first address, no two overlapping. */

import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { parse } from 'csv-parse/sync'
import { addressNumber } from './address-number.ts'
import { type AddressFacts, type GeoIp, NOTHING_KNOWN } from './geoip.ts'

const COLUMNS = ['first', 'last', 'asn', 'country', 'lat', 'lon'] as const

interface Range {
  readonly first: bigint
  readonly last: bigint
  readonly facts: AddressFacts
}

/** Both addresses of a range belong to it; `asn`, and `country` with `lat` and `lon`, may be empty, and so may `city`. */
export async function openCsv(path: string): Promise<GeoIp> {
  const rows: Record<string, string>[] = parse(await readFile(path, 'utf8'), { columns: true, bom: true, trim: true })
  const ranges = rows.map((row, index) => rangeOf(row, index + 2))
  ranges.forEach((range, index) => {
    const before = ranges[index - 1]
    if (before !== undefined && range.first <= before.last)
      throw new Error(`line ${index + 2}: the range begins inside the one before it, or in front of it`)
  })
  return {
    look(address) {
      if (isIP(address) === 0) return NOTHING_KNOWN
      const number = addressNumber(address)
      const range = ranges[lastNotAbove(ranges, number)]
      return range !== undefined && number <= range.last ? range.facts : NOTHING_KNOWN
    },
  }
}

/** By halves: the index of the last range that does not begin above `number`; -1 when all do. */
function lastNotAbove(ranges: readonly Range[], number: bigint): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ranges[middle]?.first ?? number) <= number) low = middle + 1
    else high = middle
  }
  return low - 1
}

function rangeOf(row: Record<string, string>, line: number): Range {
  const [first = '', last = '', asn = '', country = '', lat = '', lon = ''] = COLUMNS.map((column) => {
    const value = row[column]
    if (value === undefined) throw new Error(`line ${line}: the column ${column} is missing`)
    return value
  })
  if (isIP(first) === 0 || isIP(last) !== isIP(first))
    throw new Error(`line ${line}: first and last must be two addresses of one family`)
  const place = placeOf({ country, lat, lon }, line)
  const { city = '' } = row
  const facts = {
    asn: asn === '' ? null : numberIn(asn, 1, 2 ** 32 - 1, 'asn', line),
    place,
    name: place === null ? null : city === '' ? { country } : { country, city },
  }
  const range = { first: addressNumber(first), last: addressNumber(last), facts }
  if (range.last < range.first) throw new Error(`line ${line}: last is before first`)
  return range
}

function placeOf(
  { country, lat, lon }: { country: string; lat: string; lon: string },
  line: number,
): AddressFacts['place'] {
  if (country === '' && lat === '' && lon === '') return null
  if (!/^[A-Z]{2}$/.test(country))
    throw new Error(`line ${line}: country must be two capital letters, not '${country}'`)
  return { country, lat: numberIn(lat, -90, 90, 'lat', line), lon: numberIn(lon, -180, 180, 'lon', line) }
}

function numberIn(text: string, min: number, max: number, column: string, line: number): number {
  const value = Number(text)
  if (text === '' || !(value >= min && value <= max))
    throw new Error(`line ${line}: ${column} must be a number from ${min} to ${max}, not '${text}'`)
  return value
}
