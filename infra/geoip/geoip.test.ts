import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLogger } from '../runtime/log.ts'
import { addressNumber } from './address-number.ts'
import { openCsv } from './csv.ts'
import { CONTRACT_ROWS, contractOfGeoIp } from './geoip.contract.ts'
import { NOTHING_KNOWN } from './geoip.ts'
import { openMmdb } from './mmdb.ts'
import { openGeoIp } from './open-geoip.ts'
import { tinyMmdb } from './testing/tiny-mmdb.ts'

let folder: string
const log = createLogger('test', 'silent')
const file = (name: string) => join(folder, name)
const HEAD = 'first,last,asn,country,lat,lon'
const cityOf = (name: (typeof CONTRACT_ROWS)[number]['name']) =>
  name !== null && 'city' in name ? name.city : undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-geoip-'))
  const lines = CONTRACT_ROWS.map(({ first, last, asn, place, name }) =>
    [first, last, asn, place?.country, place?.lat, place?.lon, cityOf(name)].join(','),
  )
  await writeFile(file('rows.csv'), [`${HEAD},city`, ...lines, ''].join('\n'))
  const rows = CONTRACT_ROWS.map(({ first, bits, asn, place, name }) => {
    const city = cityOf(name)
    const is4 = !first.includes(':')
    return {
      address: is4 ? addressNumber(first) & 0xffff_ffffn : addressNumber(first),
      bits: is4 ? 96 + bits : bits,
      data: {
        ...(asn === null ? {} : { autonomous_system_number: asn }),
        ...(place === null
          ? {}
          : { country: { iso_code: place.country }, location: { latitude: place.lat, longitude: place.lon } }),
        ...(city === undefined ? {} : { city: { names: { en: city } } }),
      },
    }
  })
  await writeFile(file('rows.mmdb'), tinyMmdb(rows))
})
afterAll(() => rm(folder, { recursive: true }))

describe('ranges in text', () => contractOfGeoIp(() => openCsv(file('rows.csv'))))
describe('MaxMind’s format', () => contractOfGeoIp(() => openMmdb(file('rows.mmdb'))))
describe('several files', () => contractOfGeoIp(() => openGeoIp([file('rows.mmdb'), file('rows.csv')], log)))

test('one file may know the network, and another the place', async () => {
  await writeFile(file('asn.csv'), `${HEAD}\n192.0.2.0,192.0.2.255,64500,,,\n`)
  await writeFile(file('place.csv'), `${HEAD}\n192.0.2.0,192.0.2.9,64999,SE,59.3,18.1\n`)
  const geoip = await openGeoIp([file('asn.csv'), file('place.csv')], log)
  expect(geoip.look('192.0.2.1')).toEqual({
    asn: 64500,
    place: { country: 'SE', lat: 59.3, lon: 18.1 },
    name: { country: 'SE' },
  })
  expect(geoip.look('192.0.2.10')).toEqual({ asn: 64500, place: null, name: null })
})

test('a database of countries without their locations knows them by name', async () => {
  const address = addressNumber('192.0.2.0') & 0xffff_ffffn
  await writeFile(file('countries.mmdb'), tinyMmdb([{ address, bits: 96 + 24, data: { country: { iso_code: 'SE' } } }]))
  const geoip = await openGeoIp([file('countries.mmdb')], log)
  expect(geoip.look('192.0.2.1')).toEqual({ asn: null, place: null, name: { country: 'SE' } })
})

test('without a file nothing is known, and it is said once', async () => {
  const said: unknown[] = []
  const geoip = await openGeoIp([], { ...log, info: (text: unknown) => said.push(text) } as typeof log)
  expect(geoip.look('192.0.2.1')).toEqual(NOTHING_KNOWN)
  expect(said).toEqual([expect.stringContaining('SEGUE_GEOIP_FILES')])
})

test.each([
  ['192.0.2.0,192.0.2.9,1,DE,1,1\n192.0.2.9,192.0.2.10,1,DE,1,1', 'line 3: the range begins inside the one before it'],
  ['192.0.2.9,192.0.2.0,1,DE,1,1', 'line 2: last is before first'],
  ['192.0.2.0,::1,1,DE,1,1', 'two addresses of one family'],
  ['192.0.2.0,192.0.2.1,0,DE,1,1', 'asn must be a number from 1'],
  ['192.0.2.0,192.0.2.1,1,DE,91,1', 'lat must be a number from -90 to 90'],
  ['192.0.2.0,192.0.2.1,1,Germany,1,1', 'two capital letters'],
])('a file with %j is refused, naming line and file', async (lines, why) => {
  await writeFile(file('bad.csv'), `${HEAD}\n${lines}\n`)
  await expect(openGeoIp([file('bad.csv')], log)).rejects.toThrow(why)
  await expect(openGeoIp([file('bad.csv')], log)).rejects.toThrow('bad.csv')
})

test('a file that is not there, or of no known format, is refused', async () => {
  await expect(openGeoIp([file('nowhere.mmdb')], log)).rejects.toThrow('nowhere.mmdb cannot be used')
  await expect(openGeoIp([file('rows.dat')], log)).rejects.toThrow('ends with none of .mmdb, .csv')
})
