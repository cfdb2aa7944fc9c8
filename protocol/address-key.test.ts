import { expect, test } from 'vitest'
import { networkOfAddress } from './address-key.ts'

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:aaaa:bbbb:cccc:dddd', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8::203.0.113.7', '2001:db8:0:0::/64'],
  ['a hash of an address', 'a hash of an address'],
])('%s is of the network %s', (ip, network) => {
  expect(networkOfAddress(ip)).toBe(network)
})
