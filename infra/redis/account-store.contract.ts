import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { type AccountDevice, type AccountStore, MOST_DEVICES } from './account-store.ts'

/** A store under test: what it takes to have time pass, and to have it forget. */
export interface AccountStoreUnderTest {
  create(options: { readonly gatewayId: string; readonly leaseMs: number; readonly presenceMs: number }): AccountStore
  /** Loses all that it knows of an account. */
  forget(accountId: string): Promise<void>
  nowMs(): number
  pass(ms: number): Promise<void>
}

const LEASE_MS = 120
const PRESENCE_MS = 3_000
const INDIVIDUAL = { streams: 1, perMember: 1, takeOver: true }
const FAMILY = { streams: 6, perMember: 1, takeOver: true }

const newAccount = () => `acct-${randomUUID()}`
const names = (list: readonly { readonly device_id: string }[]) => list.map(({ device_id }) => device_id)

export function aDevice(accountId: string, deviceId: string, more: Partial<AccountDevice> = {}): AccountDevice {
  return {
    accountId,
    sessionId: `session of ${deviceId}`,
    deviceId,
    name: deviceId,
    kind: 'web',
    member: '',
    place: 'DE',
    shown: '{}',
    ...more,
  }
}

/** What every store of accounts holds (D5). */
export function accountStoreContract(underTest: () => AccountStoreUnderTest): void {
  const device = aDevice
  const store = (gatewayId = 'a') => underTest().create({ gatewayId, leaseMs: LEASE_MS, presenceMs: PRESENCE_MS })
  /** For what is not about running out. */
  const patient = (gatewayId = 'a') => underTest().create({ gatewayId, leaseMs: 60_000, presenceMs: 60_000 })

  it('D5 the new device takes over, and the old one finds its lease lost', async () => {
    const id = newAccount()
    const [phone, tv] = [device(id, 'phone'), device(id, 'tv')]
    const first = await patient().play(phone, INDIVIDUAL)
    expect(first).toMatchObject({ result: 'granted', stopped: [] })
    const second = await patient('b').play(tv, INDIVIDUAL)
    expect(second).toMatchObject({ result: 'granted', stopped: [{ device_id: 'phone', gateway_id: 'a' }] })
    if (first.result !== 'granted' || second.result !== 'granted') throw new Error('not granted')
    expect(second.fence).toBeGreaterThan(first.fence)
    expect(await patient().beat(phone, first.fence, INDIVIDUAL)).toMatchObject({ result: 'lost' })
    expect(await patient('b').beat(tv, second.fence, INDIVIDUAL)).toMatchObject({ result: 'renewed' })
    // Even when there is room again: it was stopped, not late.
    await patient('b').idle(tv, second.fence)
    expect(await patient().beat(phone, first.fence, INDIVIDUAL)).toMatchObject({ result: 'lost' })
  })

  it('D5 denies where nobody is to be stopped, names what is in the way, and stops whom the caller picks', async () => {
    const id = newAccount()
    const duo = { streams: 2, perMember: 2, takeOver: false }
    const playing = [device(id, 'phone'), device(id, 'tv')]
    for (const one of playing) expect(await patient().play(one, duo)).toMatchObject({ result: 'granted' })
    const web = device(id, 'web')
    const denied = await patient().play(web, duo)
    expect(denied).toMatchObject({ result: 'denied' })
    if (denied.result !== 'denied') throw new Error('not denied')
    expect(denied.conflicts).toMatchObject([
      { device_id: 'phone', name: 'phone', place: 'DE' },
      { device_id: 'tv', name: 'tv', place: 'DE' },
    ])
    expect(denied.conflicts[0]?.since_ms).toBeGreaterThan(underTest().nowMs() - 10_000)
    const picked = await patient().play(web, { ...duo, instead: { deviceId: 'tv' } })
    expect(picked).toMatchObject({ result: 'granted', stopped: [{ device_id: 'tv' }] })
    expect(await patient().play(device(id, 'car'), { ...duo, instead: { deviceId: 'nobody' } })).toMatchObject({
      result: 'denied',
    })
  })

  it('D5 counts one a member, and all of them for the account', async () => {
    const id = newAccount()
    const of = (member: string, name = member) => device(id, name, { member })
    for (const member of ['ada', 'ben', 'cem', 'dea', 'eve', 'fay']) {
      expect(await patient().play(of(member), FAMILY)).toMatchObject({ result: 'granted', stopped: [] })
    }
    const takeover = await patient().play(of('ben', 'bens phone'), FAMILY)
    expect(takeover).toMatchObject({ result: 'granted', stopped: [{ device_id: 'ben' }] })
    const seventh = await patient().play(of('gus'), { ...FAMILY, takeOver: false })
    expect(seventh.result === 'denied' && names(seventh.conflicts)).toEqual([
      'ada',
      'cem',
      'dea',
      'eve',
      'fay',
      'bens phone',
    ])
  })

  it('D5 a device that comes back is not counted twice, nor does it wait for itself', async () => {
    const id = newAccount()
    const deny = { ...INDIVIDUAL, takeOver: false }
    const before = device(id, 'phone')
    const after = device(id, 'phone', { sessionId: 'a session later' })
    await patient().play(before, deny)
    expect(await patient().play(before, deny)).toMatchObject({ result: 'renewed' })
    expect(await patient().play(after, deny)).toMatchObject({
      result: 'granted',
      stopped: [{ session_id: before.sessionId }],
    })
  })

  it('D5 a lease that is not renewed frees itself; its holder goes on if there is room, and stops nobody for it', async () => {
    const id = newAccount()
    const [phone, tv] = [device(id, 'phone'), device(id, 'tv')]
    const first = await store().play(phone, INDIVIDUAL)
    if (first.result !== 'granted') throw new Error('not granted')
    await underTest().pass(LEASE_MS + 30)
    const again = await store().beat(phone, first.fence, INDIVIDUAL)
    expect(again).toMatchObject({ result: 'granted' })
    if (again.result !== 'granted') throw new Error('not granted')
    expect(again.fence).toBeGreaterThan(first.fence)
    await underTest().pass(LEASE_MS + 30)
    expect(await patient().play(tv, { ...INDIVIDUAL, takeOver: false })).toMatchObject({
      result: 'granted',
      stopped: [],
    })
    expect(await store().beat(phone, again.fence, INDIVIDUAL)).toMatchObject({ result: 'lost' })
  })

  it('D5 goes on, with a fence that is higher, when Redis has forgotten the account', async () => {
    const id = newAccount()
    const phone = device(id, 'phone')
    const first = await patient().play(phone, INDIVIDUAL)
    await underTest().forget(id)
    if (first.result !== 'granted') throw new Error('not granted')
    const again = await patient().beat(phone, first.fence, INDIVIDUAL)
    expect(again).toMatchObject({ result: 'granted' })
    expect(again.result === 'granted' && again.fence > first.fence).toBe(true)
  })

  it('D5 grants above the fence that the caller had, when Redis has forgotten the account', async () => {
    const id = newAccount()
    const lastFence = underTest().nowMs() + 3_600_000
    const again = await patient().play(device(id, 'phone'), { ...INDIVIDUAL, lastFence })
    expect(again.result === 'granted' && again.fence > lastFence).toBe(true)
  })

  it('D5 who only goes on stops nobody, when its lease was taken over or ran out meanwhile', async () => {
    for (const runsOut of [false, true]) {
      const id = newAccount()
      const [phone, tv] = [device(id, 'phone'), device(id, 'tv')]
      const first = await (runsOut ? store() : patient()).play(phone, INDIVIDUAL)
      if (first.result !== 'granted') throw new Error('not granted')
      if (runsOut) await underTest().pass(LEASE_MS + 50)
      const second = await patient().play(tv, INDIVIDUAL)
      if (second.result !== 'granted') throw new Error('not granted')
      const goesOn = { ...INDIVIDUAL, goesOnBy: first.fence }
      expect(await patient().play(phone, goesOn)).toMatchObject({ result: 'stale' })
      expect(await patient().beat(tv, second.fence, INDIVIDUAL)).toMatchObject({ result: 'renewed' })
      await patient().idle(tv, second.fence)
      // Where nobody plays, who ran out goes on; who was stopped does not.
      expect(await patient().play(phone, goesOn)).toMatchObject({ result: runsOut ? 'granted' : 'stale' })
    }
  })

  it('D5 nobody stops the device of another member, unless it is in the way', async () => {
    const id = newAccount()
    const [mum, kid] = [device(id, 'mums', { member: 'mum' }), device(id, 'kids', { member: 'kid' })]
    const first = await patient().play(mum, FAMILY)
    const instead = { deviceId: 'mums' }
    expect(await patient().play(kid, { ...FAMILY, instead })).toMatchObject({ result: 'forbidden' })
    if (first.result !== 'granted') throw new Error('not granted')
    expect(await patient().beat(mum, first.fence, FAMILY)).toMatchObject({ result: 'renewed' })
    const full = { streams: 1, perMember: 1, takeOver: false, instead }
    expect(await patient().play(kid, full)).toMatchObject({ result: 'granted', stopped: [{ device_id: 'mums' }] })
  })

  it('D5 a transfer by a fence that is no longer the newest changes nothing', async () => {
    const id = newAccount()
    const [phone, tv, web] = [device(id, 'phone'), device(id, 'tv'), device(id, 'web')]
    const first = await patient().play(phone, INDIVIDUAL)
    if (first.result !== 'granted') throw new Error('not granted')
    const moved = await patient().play(tv, { ...INDIVIDUAL, instead: { deviceId: 'phone', fence: first.fence } })
    expect(moved).toMatchObject({ result: 'granted', stopped: [{ device_id: 'phone' }] })
    // A paused one has no lease, and can be moved by the fence that it had.
    if (moved.result !== 'granted') throw new Error('not moved')
    await patient().idle(tv, moved.fence)
    const paused = await patient().play(web, { ...INDIVIDUAL, instead: { deviceId: 'tv', fence: moved.fence } })
    expect(paused).toMatchObject({ result: 'granted', stopped: [{ device_id: 'tv' }] })
    const late = await patient().play(tv, { ...INDIVIDUAL, instead: { deviceId: 'phone', fence: first.fence } })
    expect(late).toMatchObject({ result: 'stale' })
    if (paused.result !== 'granted') throw new Error('not granted')
    expect(await patient().beat(web, paused.fence, INDIVIDUAL)).toMatchObject({ result: 'renewed' })
  })

  it('remembers a bounded number of devices, and forgets none that plays', async () => {
    const id = newAccount()
    const playing = await patient().play(device(id, 'playing'), FAMILY)
    for (let n = 0; n < MOST_DEVICES + 8; n += 1) {
      await underTest().pass(2)
      await patient().beat(device(id, `idle ${n}`), 0, FAMILY)
    }
    const { list } = await patient().here(device(id, 'last'), 0, FAMILY)
    expect(list?.devices.length).toBe(MOST_DEVICES)
    expect(names(list?.devices ?? [])).toContain('playing')
    expect(names(list?.devices ?? [])).not.toContain('idle 0')
    if (playing.result !== 'granted') throw new Error('not granted')
    expect(await patient().beat(device(id, 'playing'), playing.fence, FAMILY)).toMatchObject({ result: 'renewed' })
  })

  it('shows the devices of an account with every change, under a revision that rises, and forgets who fell silent', async () => {
    const id = newAccount()
    const [phone, tv] = [device(id, 'phone'), device(id, 'tv')]
    const here = await store().beat(phone, 0, INDIVIDUAL)
    expect(names(here.list?.devices ?? [])).toEqual(['phone'])
    expect((await store().beat(phone, 0, INDIVIDUAL)).list).toBe(undefined)
    expect((await store().here(phone, 0, INDIVIDUAL)).list?.revision).toBe(here.list?.revision)
    const both = await store().beat(tv, 0, INDIVIDUAL)
    expect(names(both.list?.devices ?? []).sort()).toEqual(['phone', 'tv'])
    expect(both.list?.revision).toBeGreaterThan(here.list?.revision ?? Number.MAX_VALUE)
    const other = await store().beat({ ...tv, shown: '{"status":"playing"}' }, 0, INDIVIDUAL)
    expect(other.list?.devices.find(({ device_id }) => device_id === 'tv')?.shown).toBe('{"status":"playing"}')
    // Another name or place is a change as well, also of one that has them from a resume.
    const renamed = await store().beat({ ...tv, name: 'Kitchen', shown: '{"status":"playing"}' }, 0, INDIVIDUAL)
    expect(renamed.list?.devices.map(({ name }) => name)).toContain('Kitchen')
    const moved = { ...tv, name: 'Kitchen', place: 'Berlin, DE', shown: '{"status":"playing"}' }
    expect((await store().here(moved, 0, INDIVIDUAL)).list?.revision).toBeGreaterThan(
      renamed.list?.revision ?? Number.MAX_VALUE,
    )
    expect((await store().beat(moved, 0, INDIVIDUAL)).list).toBe(undefined)
    // Whoever missed the word of another gateway is told by the next beat.
    const newest = (await store().here(moved, 0, INDIVIDUAL)).list
    expect((await store().beat(phone, 0, INDIVIDUAL, newest?.revision)).list).toBe(undefined)
    expect((await store().beat(phone, 0, INDIVIDUAL, both.list?.revision)).list).toMatchObject({
      revision: newest?.revision,
      devices: expect.arrayContaining([expect.objectContaining({ device_id: 'tv', name: 'Kitchen' })]),
    })
    expect(names((await store().away(tv)).list?.devices ?? [])).toEqual(['phone'])
    await underTest().pass(PRESENCE_MS + 50)
    expect(names((await store().beat(tv, 0, INDIVIDUAL)).list?.devices ?? [])).toEqual(['tv'])
  })
}
