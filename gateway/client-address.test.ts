import { describe, expect, test } from 'vitest'
import { ConfigError, readEnv } from '../infra/runtime/env.ts'
import { createClientAddress } from './client-address.ts'
import { trustedProxies } from './trusted-proxies.ts'

const trusting = (list: string) =>
  readEnv({ LIST: list }, (read) => ({ proxies: trustedProxies(read, 'LIST') })).proxies

/** What the gateway takes for the client's address, of one that comes from `peer` with these headers. */
function seen(list: string, peer: readonly number[], ...forwarded: string[]): string {
  const headers = forwarded.map((value) => ['x-forwarded-for', value] as const)
  return createClientAddress(trusting(list))(
    { getRemoteAddress: () => new Uint8Array(peer).buffer },
    {
      getHeader: (name: string) => headers.find(([own]) => own === name)?.[1] ?? '',
      forEach: (each) => {
        for (const [name, value] of headers) each(name, value)
      },
    },
  )
}

const PROXY = [10, 0, 0, 7]
const STRANGER = [203, 0, 113, 9]

describe('the address of a client', () => {
  test('is that of its socket, whatever it says of itself, unless a trusted proxy says it', () => {
    expect(seen('', STRANGER, '198.51.100.1')).toBe('203.0.113.9')
    expect(seen('10.0.0.7', STRANGER, '198.51.100.1')).toBe('203.0.113.9')
    expect(seen('10.0.0.7', PROXY, '198.51.100.1')).toBe('198.51.100.1')
    expect(seen('10.0.0.0/24, fd00::/8', PROXY)).toBe('10.0.0.7')
  })

  test('is the last that was not vouched for by itself: what a client put before is not read', () => {
    expect(seen('10.0.0.0/24', PROXY, '1.1.1.1, 198.51.100.1')).toBe('198.51.100.1')
    expect(seen('10.0.0.0/24', PROXY, '1.1.1.1', '198.51.100.1')).toBe('198.51.100.1')
    expect(seen('10.0.0.0/24', PROXY, '1.1.1.1, 198.51.100.1, 10.0.0.8')).toBe('198.51.100.1')
    expect(seen('10.0.0.0/24', PROXY, '10.0.0.9')).toBe('10.0.0.9')
  })

  test('is never something else than an address', () => {
    for (const word of ['unknown', '', '999.1.1.1', '198.51.100.1:80', '_hidden', 'fe80::1%eth0'])
      expect(seen('10.0.0.7', PROXY, word), word).toBe('10.0.0.7')
    expect(seen('10.0.0.7', PROXY, '2001:db8::5')).toBe('2001:db8::5')
    expect(seen('10.0.0.7', PROXY, '::ffff:198.51.100.1')).toBe('198.51.100.1')
  })

  test('knows an IPv4 proxy that comes by an IPv6 socket', () => {
    expect(seen('10.0.0.7', [...Array(10).fill(0), 255, 255, ...PROXY], '198.51.100.1')).toBe('198.51.100.1')
  })
})

test('a list of proxies that says something else is refused, and one that trusts everybody', () => {
  for (const word of ['proxy', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '0.0.0.0/0', '::/129'])
    expect(() => trusting(word), word).toThrow(ConfigError)
})
