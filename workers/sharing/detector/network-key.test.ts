import { expect, test } from 'vitest'
import { createAccount } from './account.ts'
import { areComparable, isFamily6, isHash, networkKey } from './network-key.ts'
import { observe } from './observe.ts'
import { USUAL_RULES } from './rules.ts'

const HASH = 'a'.repeat(32)
const DAY_MS = 86_400_000
const START_MS = Date.UTC(2026, 2, 2, 20)

test('an address in the clear is its own key, a hash is one of its epoch', () => {
  const plain = networkKey({ ip: '2001:db8::1' })
  const hashed = networkKey({ ip: HASH, hashed: { family: 4, epoch: 2933 } })
  const later = networkKey({ ip: HASH, hashed: { family: 4, epoch: 2934 } })
  expect(plain).toBe('2001:db8:0:0::/64')
  expect([isHash(plain), isHash(hashed)]).toEqual([false, true])
  expect(areComparable(plain, networkKey({ ip: '192.0.2.1' }))).toBe(true)
  expect(areComparable(hashed, networkKey({ ip: 'b'.repeat(32), hashed: { family: 6, epoch: 2933 } }))).toBe(true)
  expect(areComparable(hashed, later)).toBe(false)
  expect(areComparable(hashed, plain)).toBe(false)
  expect(isFamily6({ ip: HASH, hashed: { family: 6, epoch: 1 } })).toBe(true)
  expect(isFamily6({ ip: HASH })).toBe(false)
})

/** Sessions of one device, each with what stands for its address. */
function watch(sessions: readonly (readonly [day: number, hour: number, ip: string, epoch: number, family?: 4 | 6])[]) {
  const account = createAccount('a', 'family')
  for (const [day, hour, ip, epoch, family = 4] of sessions) {
    const at = { account: 'a', plan: 'family', device: 'd', kind: 'phone', asn: 3320, country: 'DE' } as const
    const place = { lat: 52.52, lon: 13.41 }
    const atMs = START_MS + day * DAY_MS + hour * 3_600_000
    const event = { ...at, atMs, ip, place, hashed: { family, epoch }, event: 'play_start' } as const
    observe(account, event, USUAL_RULES)
  }
  return account
}

test('a hash by another key is no other address: the provider has not changed it', () => {
  const [one, two] = [HASH, 'b'.repeat(32)]
  const within = watch([
    [0, 0, one, 7],
    [0, 1, two, 7],
  ])
  expect(within.areas[0]).toMatchObject({ kept: 0, changed: 1 })
  const over = watch([
    [0, 0, one, 7],
    [0, 1, two, 8],
    [0, 2, two, 8],
  ])
  expect(over.areas[0]).toMatchObject({ kept: 1, changed: 0 })
})

test('a hash is forgotten with its last day, though the device stays', () => {
  const daily = Array.from({ length: 30 }, (_, day) => [day, 0, HASH, 7] as const)
  const account = watch([[0, 0, 'f'.repeat(32), 7, 6], ...daily])
  expect(JSON.stringify([...account.addresses.keys()])).not.toContain('f'.repeat(32))
  const [stay] = account.devices.get('d')?.stays ?? []
  expect(stay?.address4).toContain(HASH)
  expect(stay?.address6).toBeUndefined()
})
