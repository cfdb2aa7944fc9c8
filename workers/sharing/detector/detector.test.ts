import { expect, test } from 'vitest'
import { ordinaryHabits } from '../testing/habits.ts'
import { makeTrace } from '../testing/trace.ts'
import { BOUNDS, createAccount } from './account.ts'
import { Detector } from './detector.ts'
import type { TravelLimit } from './distance.ts'
import { JUDGEMENT } from './judgement.ts'
import type { NetworkKind } from './networks.ts'
import { observe, observeOffline } from './observe.ts'
import type { OfflinePlay, PlayEvent } from './play-event.ts'
import { type Rules, USUAL_RULES } from './rules.ts'
import { judge } from './verdict.ts'

const START_MS = Date.UTC(2026, 2, 2, 20)
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const BERLIN = { asn: 3320, country: 'DE', place: { lat: 52.52, lon: 13.41 } }
const PARIS = { asn: 3215, country: 'FR', place: { lat: 48.86, lon: 2.35 } }

/** An evening of half an hour on each of the days. */
function evenings(
  device: string,
  ip: string,
  where: typeof BERLIN,
  days: readonly number[],
  given: Partial<PlayEvent> = {},
) {
  return days.flatMap((day) =>
    (['play_start', 'heartbeat', 'play_end'] as const).map(
      (event, index): PlayEvent => ({
        atMs: START_MS + day * DAY_MS + index * 15 * MINUTE_MS,
        account: 'a',
        plan: 'family',
        device,
        kind: 'phone',
        ip,
        ...where,
        event,
        ...given,
      }),
    ),
  )
}

const days = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

const verdictOn = (...parts: PlayEvent[][]) => verdictBy(USUAL_RULES, ...parts)
function verdictBy(rules: Rules, ...parts: PlayEvent[][]) {
  const detector = new Detector({ rules })
  for (const event of parts.flat().sort((a, b) => a.atMs - b.atMs)) detector.observe(event)
  const [verdict] = detector.verdicts()
  if (verdict === undefined) throw new Error('no account was seen')
  return verdict
}

test('two homes in two countries for four weeks are shared, and it is said why', () => {
  const verdict = verdictOn(
    evenings('one', '192.0.2.1', BERLIN, days(0, 28)),
    evenings('two', '198.51.100.1', PARIS, days(0, 28)),
  )
  expect(verdict.flagged).toBe(true)
  expect(verdict.evidence).toBe(
    '2 groups of devices (1 + 1) up to 878 km apart; apart on 28 days in 4 weeks; never together at night; played at the same time for 840 min on 28 days',
  )
})

test('the same in less than two weeks is not flagged yet', () => {
  const verdict = verdictOn(
    evenings('one', '192.0.2.1', BERLIN, days(0, 9)),
    evenings('two', '198.51.100.1', PARIS, days(0, 9)),
  )
  expect(verdict.flagged).toBe(false)
  expect(verdict.score).toBeGreaterThan(0)
})

test('devices on one line are one household, however many', () => {
  const parts = days(0, 9).map((n) => evenings(`device ${n}`, '192.0.2.1', BERLIN, days(0, 28)))
  expect(verdictOn(...parts).score).toBeLessThan(0.05)
})

test('IPv6 devices of one /64 are on one line', () => {
  const parts = days(1, 4).map((n) => evenings(`device ${n}`, `2001:db8:0:7::${n}`, BERLIN, days(0, 28)))
  expect(verdictOn(...parts).evidence).toBe('3 devices, one household')
})

test('one who is away for a week, and home before and after, shares nothing', () => {
  const verdict = verdictOn(
    evenings('one', '192.0.2.1', BERLIN, days(0, 28)),
    evenings('two', '192.0.2.1', BERLIN, [...days(0, 10), ...days(17, 28)]),
    evenings('two', '198.51.100.1', PARIS, days(10, 17)),
  )
  expect(verdict.score).toBeLessThan(0.05)
})

test('a new phone after the old one, and a household that moves, share nothing', () => {
  const phone = verdictOn(
    evenings('old', '192.0.2.1', BERLIN, days(0, 14)),
    evenings('new', '192.0.2.1', BERLIN, days(14, 28)),
  )
  expect(phone.score).toBeLessThan(0.05)
  const moved = ['one', 'two'].flatMap((device) => [
    evenings(device, '192.0.2.1', BERLIN, days(0, 14)),
    evenings(device, '198.51.100.1', PARIS, days(14, 28)),
  ])
  expect(verdictOn(...moved).score).toBeLessThan(0.05)
})

test('a network that a device reaches faster than anyone travels is a VPN, and no second home', () => {
  const vpn = { asn: 64_900, country: 'FR', place: PARIS.place }
  const later = (events: PlayEvent[], minutes: number) =>
    events.map((event) => ({ ...event, atMs: event.atMs + minutes * MINUTE_MS }))
  const verdict = verdictOn(
    evenings('tv', '192.0.2.1', BERLIN, days(0, 28), { kind: 'tv' }),
    evenings('phone', '192.0.2.1', BERLIN, [3, 12, 20]),
    later(evenings('phone', '203.0.113.1', vpn, days(0, 28)), 40),
  )
  expect(verdict.score).toBeLessThan(0.05)
})

test('how fast is too fast, and from which distance on, is another matter by other limits', () => {
  // 878 km after an hour and a half: an airliner by 1,000 km/h, and faster than anyone by 300.
  const there = evenings('phone', '198.51.100.1', PARIS, days(0, 28))
  const parts = [
    evenings('tv', '192.0.2.1', BERLIN, days(0, 28), { kind: 'tv' }),
    evenings('phone', '192.0.2.1', BERLIN, [3, 12, 20]),
    there.map((event) => ({ ...event, atMs: event.atMs + 120 * MINUTE_MS })),
  ]
  const by = (...travel: TravelLimit[]) =>
    verdictBy({ ...USUAL_RULES, limits: { ...USUAL_RULES.limits, travel } }, ...parts)
  expect(by({ fromKm: 100, fasterThanKmh: 1_000 })).toMatchObject({ flagged: true })
  expect(by({ fromKm: 100, fasterThanKmh: 300 }).score).toBeLessThan(0.05)
  expect(by({ fromKm: 900, fasterThanKmh: 300 })).toMatchObject({ flagged: true })
})

test('a network that a table calls servers or a relay is nobody’s second home, whatever else is known of it', () => {
  const parts = [evenings('one', '192.0.2.1', BERLIN, days(0, 28)), evenings('two', '198.51.100.1', PARIS, days(0, 28))]
  const by = (kind: NetworkKind | undefined) =>
    verdictBy({ ...USUAL_RULES, kindOf: (asn) => (asn === PARIS.asn ? kind : undefined) }, ...parts)
  expect(by(undefined)).toMatchObject({ flagged: true })
  for (const kind of ['hosting', 'relay'] as const) expect(by(kind).score).toBeLessThan(0.05)
})

test('two lines of one town are two homes when they never meet', () => {
  const across = { asn: 31_334, country: 'DE', place: { lat: 52.49, lon: 13.39 } }
  const verdict = verdictOn(
    evenings('one', '192.0.2.1', BERLIN, days(0, 28), { kind: 'tv' }),
    evenings('two', '198.51.100.1', across, days(0, 28), { kind: 'tv' }),
  )
  expect(verdict.flagged).toBe(true)
  expect(verdict.evidence).toContain('2 groups of devices (1 + 1)')
})

test('nothing is known of places: two countries are two homes, one country is one', () => {
  const nowhere = (country: string, asn: number) => ({ asn, country, place: undefined }) as unknown as typeof BERLIN
  const two = verdictOn(
    evenings('one', '192.0.2.1', nowhere('DE', 1), days(0, 28)),
    evenings('two', '198.51.100.1', nowhere('FR', 2), days(0, 28)),
  )
  expect(two.flagged).toBe(true)
  const one = verdictOn(
    evenings('one', '192.0.2.1', nowhere('DE', 1), days(0, 28)),
    evenings('two', '192.0.2.1', nowhere('DE', 1), days(0, 28)),
  )
  expect(one.score).toBeLessThan(0.05)
})

test('what is remembered of an account is bounded, whatever comes', () => {
  const detector = new Detector()
  for (let n = 0; n < 20_000; n += 1) {
    const place = { lat: ((n * 7) % 160) - 80, lon: ((n * 13) % 340) - 170 }
    detector.observe({
      atMs: START_MS + n * MINUTE_MS,
      account: 'a',
      plan: 'free',
      device: `device ${n % 301}`,
      kind: 'web',
      ip: `10.${n % 200}.${Math.floor(n / 200)}.1`,
      asn: n % 53,
      country: 'DE',
      place,
      event: 'heartbeat',
    })
  }
  const account = detector.account('a')
  expect(account?.devices.size).toBeLessThanOrEqual(BOUNDS.devices)
  expect(account?.areas.length).toBeLessThanOrEqual(BOUNDS.areas)
  expect(account?.addresses.size).toBeLessThanOrEqual(BOUNDS.addresses)
  expect(account?.jumps.length).toBeLessThanOrEqual(BOUNDS.jumps)
  for (const device of account?.devices.values() ?? []) {
    expect(device.stays.length).toBeLessThanOrEqual(BOUNDS.areas)
    expect(device.overlaps.size).toBeLessThanOrEqual(BOUNDS.devices)
  }
})

test('after 28 days nothing of before is left', () => {
  const detector = new Detector()
  const events = [
    ...evenings('one', '192.0.2.1', BERLIN, [0]),
    ...evenings('two', '198.51.100.1', PARIS, [0]),
    ...evenings('three', '203.0.113.1', BERLIN, [28]),
  ]
  for (const event of events.sort((a, b) => a.atMs - b.atMs)) detector.observe(event)
  const account = detector.account('a')
  expect([...(account?.devices.keys() ?? [])]).toEqual(['three'])
  expect([...(account?.addresses.keys() ?? [])]).toEqual(['203.0.113.1'])
})

test('plays without a connection make a device known on their days, and are nowhere and beside nobody', () => {
  const account = createAccount('a', 'individual')
  const offline = (device: string, day: number): OfflinePlay => {
    return {
      atMs: START_MS + day * DAY_MS,
      account: 'a',
      plan: 'individual',
      device,
      kind: 'phone',
      event: 'offline_play',
    }
  }
  for (const event of evenings('tv', '192.0.2.1', BERLIN, days(0, 28), { plan: 'individual' }))
    observe(account, event, USUAL_RULES)
  const before = judge(account, JUDGEMENT)
  for (const day of [3, 7, 26, -9]) observeOffline(account, offline('phone', day))
  const phone = account.devices.get('phone')
  expect(phone).toMatchObject({ kind: 'phone', stays: [], spot: undefined })
  expect(phone?.offlineDays).toBe((1 << 24) | (1 << 20) | (1 << 1))
  expect([...(account.devices.get('tv')?.overlaps.keys() ?? [])]).toEqual([])
  expect(account.overuse.days).toBe(0)
  expect(judge(account, JUDGEMENT)).toMatchObject({ score: before.score, evidence: '2 devices, one household' })
  // Remembered for as long as anything else.
  for (const event of evenings('tv', '192.0.2.1', BERLIN, [53])) observe(account, event, USUAL_RULES)
  expect(account.devices.get('phone')?.offlineDays).toBe(1 << 27)
  for (const event of evenings('tv', '192.0.2.1', BERLIN, [54])) observe(account, event, USUAL_RULES)
  expect([...account.devices.keys()]).toEqual(['tv'])
})

test('the same events give the same verdicts', () => {
  const verdicts = () => {
    const detector = new Detector()
    for (const event of makeTrace(5, 20, ordinaryHabits).events) detector.observe(event)
    return [...detector.verdicts()]
  }
  expect(verdicts()).toEqual(verdicts())
})
