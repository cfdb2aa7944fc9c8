/** Owns finding where an event is: the area, the stay of the device there, the address; and what moving there tells. */

import {
  type Account,
  type Address,
  type AddressUse,
  type Area,
  BOUNDS,
  type Device,
  type Spot,
  type Stay,
} from './account.ts'
import { distanceKm, isImpossibleTravel } from './distance.ts'
import type { Limits } from './limits.ts'
import { areComparable, isFamily6, networkKey } from './network-key.ts'
import type { PlayEvent } from './play-event.ts'
import type { Rules } from './rules.ts'

const KM_A_DEGREE = 111
const NEVER = Number.NEGATIVE_INFINITY

export function spotOf(account: Account, device: Device, event: PlayEvent, day: number, rules: Rules): Spot {
  const area = areaOf(account, event, day, rules)
  const stay = stayOf(device, area)
  const address = addressOf(account, networkKey(event), area)
  const before = device.spot?.stay.area
  if (before !== undefined && before !== area) noteJump(account, before, area, event.atMs - device.atMs, rules.limits)
  return {
    ip: event.ip,
    asn: event.asn,
    lat: event.place?.lat,
    lon: event.place?.lon,
    stay,
    use: useOf(address, device),
    day: NEVER,
    quarter: NEVER,
  }
}

/** Called once a session, and whenever the address is another. */
export function noteAddress(stay: Stay, event: PlayEvent, limits: Limits): void {
  const { atMs } = event
  const key = networkKey(event)
  const six = isFamily6(event)
  const last = six ? stay.address6 : stay.address4
  const before = last !== undefined && areComparable(last, key) ? last : undefined
  const agoMs = atMs - stay.atMs
  if (before === key && agoMs <= limits.keptWithinMs) stay.area.kept += 1
  // Many a provider gives a household another address every day: that is no reason to doubt it within an evening.
  else if (before !== undefined && before !== key && agoMs <= limits.changedWithinMs) stay.area.changed += 1
  if (six) stay.address6 = key
  else stay.address4 = key
  stay.atMs = atMs
}

function areaOf(account: Account, event: PlayEvent, day: number, { limits, kindOf }: Rules): Area {
  const known = account.areas.find((area) => liesIn(area, event, limits.sameAreaKm))
  if (known !== undefined) return known
  if (account.areas.length >= BOUNDS.areas) forgetOldestArea(account)
  const { asn, country, place } = event
  const area: Area = { asn, country, place, network: kindOf(asn), kept: 0, changed: 0, lastDay: day }
  account.areas.push(area)
  return area
}

function liesIn(area: Area, { asn, country, place }: PlayEvent, withinKm: number): boolean {
  if (area.asn !== asn) return false
  if (area.place === undefined || place === undefined) return area.place === place && area.country === country
  if (Math.abs(area.place.lat - place.lat) * KM_A_DEGREE > withinKm) return false
  return distanceKm(area.place, place) <= withinKm
}

function forgetOldestArea(account: Account): void {
  const oldest = account.areas.reduce((a, b) => (b.lastDay < a.lastDay ? b : a))
  account.areas = account.areas.filter((area) => area !== oldest)
  account.jumps = account.jumps.filter(({ from, to }) => from !== oldest && to !== oldest)
  for (const device of account.devices.values()) {
    device.stays = device.stays.filter((stay) => stay.area !== oldest)
    if (device.spot?.stay.area === oldest) device.spot = undefined
  }
}

function stayOf(device: Device, area: Area): Stay {
  const known = device.stays.find((stay) => stay.area === area)
  if (known !== undefined) return known
  const stay: Stay = { area, days: [0, 0, 0, 0], address4: undefined, address6: undefined, atMs: NEVER }
  device.stays.push(stay)
  return stay
}

/** An address that comes back is the newest again, so that the first of the map is the longest unused. */
function addressOf(account: Account, key: string, area: Area): Address {
  const { addresses } = account
  const known = addresses.get(key)
  if (known !== undefined) {
    addresses.delete(key)
    addresses.set(key, known)
    return known
  }
  if (addresses.size >= BOUNDS.addresses) forgetOldestAddress(account)
  const address: Address = { key, area, uses: [] }
  addresses.set(key, address)
  return address
}

function forgetOldestAddress(account: Account): void {
  const [oldest] = account.addresses.values()
  if (oldest === undefined) return
  account.addresses.delete(oldest.key)
  for (const device of account.devices.values())
    if (device.spot !== undefined && oldest.uses.includes(device.spot.use)) device.spot = undefined
}

function useOf(address: Address, device: Device): AddressUse {
  const known = address.uses.find((use) => use.device === device)
  if (known !== undefined) return known
  const use: AddressUse = { device, nights: 0, days: 0 }
  address.uses.push(use)
  return use
}

function noteJump(account: Account, from: Area, to: Area, ms: number, limits: Limits): void {
  if (from.place === undefined || to.place === undefined) return
  if (!isImpossibleTravel(distanceKm(from.place, to.place), ms, limits.travel)) return
  const known = account.jumps.find(
    (jump) => (jump.from === from && jump.to === to) || (jump.from === to && jump.to === from),
  )
  if (known !== undefined) known.days |= 1
  else {
    if (account.jumps.length >= BOUNDS.jumps) account.jumps.shift()
    account.jumps.push({ from, to, days: 1 })
  }
}
