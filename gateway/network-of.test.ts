import { expect, test } from 'vitest'
import type { PlaceName } from '../infra/geoip/geoip.ts'
import { Secret } from '../infra/runtime/secret.ts'
import { ADDRESS_EPOCH_MS } from '../protocol/events/network.ts'
import { addressText } from './client-address.ts'
import { createNetworkOf } from './network-of.ts'

const facts = { asn: 64500, place: { country: 'DE', lat: 52.5, lon: 13.4 } }
const name = { country: 'DE', city: 'Berlin' }
const networkOf = (secret = 'a secret', named: PlaceName | null = name) =>
  createNetworkOf({ look: () => ({ ...facts, name: named }) }, new Secret(secret))
const NOW_MS = 3_000 * ADDRESS_EPOCH_MS + 5

test('an address is hashed, with what is known of it; nothing of the address itself is there', () => {
  const network = networkOf()('203.0.113.7').at(NOW_MS)
  expect(network).toEqual({ ...facts, epoch: 3_000, family: 4, address_hash: expect.stringMatching(/^[0-9a-f]{32}$/) })
})

test('one network has one hash on every gateway of the secret, for the whole epoch', () => {
  const hash = (address: string, atMs = NOW_MS, secret?: string) => networkOf(secret)(address).at(atMs).address_hash
  expect(hash('2001:db8:1:2::1')).toBe(hash('2001:db8:1:2:ffff::9'))
  expect(hash('203.0.113.7', NOW_MS + ADDRESS_EPOCH_MS - 6)).toBe(hash('203.0.113.7'))
  expect(hash('203.0.113.8')).not.toBe(hash('203.0.113.7'))
  expect(hash('203.0.113.7', NOW_MS, 'another')).not.toBe(hash('203.0.113.7'))
})

test('a client that stays over the end of an epoch is hashed by the new key', () => {
  const network = networkOf()('203.0.113.7')
  const before = network.at(NOW_MS)
  expect(network.at(NOW_MS + 1)).toBe(before)
  const after = network.at(NOW_MS + ADDRESS_EPOCH_MS)
  expect(after.epoch).toBe(before.epoch + 1)
  expect(after.address_hash).not.toBe(before.address_hash)
})

test.each([
  [name, 'Berlin, DE'],
  [{ country: 'DE' }, 'DE'],
  [{ country: 'DE', city: 'x'.repeat(61) }, 'DE'],
  [null, ''],
] as const)('%j is called %j', (named, text) => {
  expect(networkOf('a secret', named)('203.0.113.7').place()).toBe(text)
})

test.each([
  [[203, 0, 113, 7], '203.0.113.7'],
  [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113, 7], '203.0.113.7'],
  [[0x20, 1, 0x0d, 0xb8, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1], '2001:db8:1:2:0:0:0:1'],
])('the address of a socket, %j, is %s', (bytes, text) => {
  expect(addressText(Uint8Array.from(bytes))).toBe(text)
})
