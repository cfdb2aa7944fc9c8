/** Owns what two devices are to each other: the days on which they were together, and those on which they were in different homes. */

import type { DeviceKind } from '../../../protocol/vocabulary.ts'
import type { Account, Area, Device, Stay } from './account.ts'
import { countDays, WINDOW_DAYS } from './day-mask.ts'
import { distanceKm } from './distance.ts'
import { type Judgement, ramp } from './judgement.ts'

export interface Apartness {
  /** Evenings and nights on one network; other parts of a day; and days of having used one network, each at its time. */
  nightsTogether: number
  daysTogether: number
  sameNetworkDays: number
  /** Evenings and nights in one town, whatever the line: something only for those who are else far apart. */
  townNights: number
  /** By day, how sure it is that they were in different homes, 0 to 1. */
  readonly apart: Float64Array
  /** The same as a set: days of at least a doubt. */
  apartDays: number
  /** Those of them that were far apart. */
  farDays: number
  /** The longest distance of these. */
  km: number
}

/** How much a day of such a device says that a line is a home's: what is carried may use a phone's. */
const STAYS_AT_HOME: Readonly<Record<DeviceKind, number>> = {
  phone: 0,
  car: 0,
  web: 0.1,
  desktop: 0.5,
  tv: 1,
  speaker: 1,
}

const SCATTERED_KM = 300
/** Farther than any provider that is in the table of no kind reaches, but in the largest countries. */
const OTHER_COUNTRY_KM = 5_000

/** What is the same for all pairs of devices of an account, looked up once. */
export interface Surroundings {
  readonly unreal: ReadonlySet<Area>
  /** Lines that phones and cars use, and hardly anything else. */
  readonly phonesAlone: ReadonlySet<Area>
  readonly account: Account
}

/** How sure it is that an address in the area stands for one home. */
export function steadiness(area: Area, judgement: Judgement): number {
  if (area.network !== undefined) return 0
  return ramp(judgement.steady, (area.kept + 1) / (area.kept + area.changed + 2))
}

export function surroundingsOf(account: Account, judgement: Judgement): Surroundings {
  const deviceDays = new Map<Area, number>()
  const stationaryDays = new Map<Area, number>()
  for (const device of account.devices.values()) {
    for (const { area, days } of device.stays) {
      const count = countDays(allDays({ days }))
      deviceDays.set(area, (deviceDays.get(area) ?? 0) + count)
      stationaryDays.set(area, (stationaryDays.get(area) ?? 0) + count * STAYS_AT_HOME[device.kind])
    }
  }
  const stationaryShare = (area: Area) => (stationaryDays.get(area) ?? 0) / (deviceDays.get(area) ?? 1)
  return {
    account,
    unreal: unrealAreas(account, deviceDays),
    phonesAlone: new Set(account.areas.filter((area) => stationaryShare(area) < judgement.phonesAlone)),
  }
}

/** A mobile network, as far as can be told. */
function isRoving(area: Area, { phonesAlone }: Surroundings, judgement: Judgement): boolean {
  return area.network === 'mobile' || (phonesAlone.has(area) && steadiness(area, judgement) < 1 / 3)
}

/**
 * Areas whose place is not believed: networks of servers and relays, and whatever a device reached or left faster than
 * anyone travels. Of the two ends of such a jump it is the less used.
 */
function unrealAreas(account: Account, deviceDays: ReadonlyMap<Area, number>): Set<Area> {
  const unreal = new Set(account.areas.filter(({ network }) => network === 'hosting' || network === 'relay'))
  const jumpedTo = new Map<number, Set<Area>>()
  for (const { from, to } of account.jumps) {
    if (unreal.has(from) || unreal.has(to)) continue
    const lesser = (deviceDays.get(from) ?? 0) < (deviceDays.get(to) ?? 0) ? from : to
    unreal.add(lesser)
    if (lesser.asn !== undefined) jumpedTo.set(lesser.asn, (jumpedTo.get(lesser.asn) ?? new Set<Area>()).add(lesser))
  }
  // A provider that is jumped to at several places is a VPN: none of its places is believed.
  for (const area of account.areas)
    if (area.asn !== undefined && (jumpedTo.get(area.asn)?.size ?? 0) >= 2) unreal.add(area)
  for (const device of account.devices.values()) for (const area of scattered(device)) unreal.add(area)
  return unreal
}

/** Providers have customers in a country: one that a device uses in far places of several countries, or in ever others, is a VPN. */
function scattered({ stays }: Device): Area[] {
  return stays
    .map(({ area }) => area)
    .filter((area, _, areas) => {
      if (area.asn === undefined || area.place === undefined) return false
      const { asn, place } = area
      const elsewhere = areas.filter(
        (other) => other.asn === asn && other.place !== undefined && distanceKm(place, other.place) > SCATTERED_KM,
      )
      return (
        elsewhere.some((other) => distanceKm(place, other.place ?? place) > OTHER_COUNTRY_KM) || elsewhere.length >= 3
      )
    })
}

export function apartnessOf(one: Device, other: Device, around: Surroundings, judgement: Judgement): Apartness {
  const result: Apartness = {
    nightsTogether: 0,
    daysTogether: 0,
    sameNetworkDays: 0,
    townNights: 0,
    apart: new Float64Array(WINDOW_DAYS),
    apartDays: 0,
    farDays: 0,
    km: 0,
  }
  noteTogether(result, one, other, around, judgement)
  for (const here of one.stays) {
    if (around.unreal.has(here.area)) continue
    for (const there of other.stays) {
      if (around.unreal.has(there.area)) continue
      noteApart(result, here, there, around, judgement)
    }
  }
  return result
}

function noteTogether(result: Apartness, one: Device, other: Device, around: Surroundings, judgement: Judgement): void {
  const { account, unreal } = around
  for (const { area, uses } of account.addresses.values()) {
    if (uses.length < 2) continue
    const a = uses.find(({ device }) => device === one)
    const b = uses.find(({ device }) => device === other)
    if (a === undefined || b === undefined) continue
    const aDays = a.nights | a.days
    const bDays = b.nights | b.days
    // Strangers too may meet behind the address of a mobile network or a VPN.
    if (unreal.has(area) || area.network !== undefined) {
      result.daysTogether |= aDays & bDays
      continue
    }
    result.nightsTogether |= a.nights & b.nights
    result.daysTogether |= aDays & bDays
    result.sameNetworkDays += Math.min(countDays(aDays), countDays(bDays))
  }
  for (const here of one.stays) {
    if (unreal.has(here.area)) continue
    for (const there of other.stays) {
      if (unreal.has(there.area)) continue
      const nights = eveningsAndNights(here) & eveningsAndNights(there)
      if (nights === 0) continue
      if (inOneTown(here.area, there.area, judgement.sameTownKm)) result.townNights |= nights
      if (here.area === there.area && cannotBeTold(here, there, around, judgement)) result.daysTogether |= nights
    }
  }
  result.daysTogether &= ~result.nightsTogether
}

/**
 * In the same area of one provider, where addresses change with every session, or one device uses IPv4 and the other
 * IPv6, an evening in the same area is what there is.
 */
function cannotBeTold(here: Stay, there: Stay, around: Surroundings, judgement: Judgement): boolean {
  if (isRoving(here.area, around, judgement)) return false
  return steadiness(here.area, judgement) < 1 / 3 || !areComparable(here, there)
}

function areComparable(here: Stay, there: Stay): boolean {
  return (
    (here.address4 !== undefined && there.address4 !== undefined) ||
    (here.address6 !== undefined && there.address6 !== undefined)
  )
}

function eveningsAndNights({ days }: Stay): number {
  return days[2] | days[3]
}

/** Where no places are known, a country is all that there is. */
export function inOneTown(a: Area, b: Area, withinKm: number): boolean {
  if (a === b) return true
  if (a.place === undefined || b.place === undefined) return a.country === b.country
  return distanceKm(a.place, b.place) <= withinKm
}

function noteApart(result: Apartness, here: Stay, there: Stay, around: Surroundings, judgement: Judgement): void {
  const [km, far] = farness(here.area, there.area, around, judgement)
  if (far > 0) {
    const together = result.nightsTogether | result.daysTogether
    let atOnce = 0
    for (const quarter of [0, 1, 2, 3] as const) atOnce |= here.days[quarter] & there.days[quarter]
    result.farDays |= allDays(here) & allDays(there) & ~together
    note(result, atOnce & ~together, far, km)
    note(result, allDays(here) & allDays(there) & ~together & ~atOnce, far * judgement.sameDay, km)
    return
  }
  const near = nearbyHomes(here, there, around, judgement)
  if (near === 0) return
  const nights = eveningsAndNights(here) & eveningsAndNights(there)
  note(result, nights & ~(result.nightsTogether | result.daysTogether), near, km)
}

function note(result: Apartness, days: number, sure: number, km: number): void {
  if (days === 0) return
  result.apartDays |= days
  result.km = Math.max(result.km, km)
  for (let ago = 0; ago < WINDOW_DAYS; ago += 1)
    if (((days >>> ago) & 1) === 1) result.apart[ago] = Math.max(result.apart[ago] ?? 0, sure)
}

function allDays({ days }: Pick<Stay, 'days'>): number {
  return days[0] | days[1] | days[2] | days[3]
}

function farness(a: Area, b: Area, around: Surroundings, judgement: Judgement): [km: number, sure: number] {
  if (a === b) return [0, 0]
  const abroad = a.country !== b.country
  const doubt = !abroad && (isRoving(a, around, judgement) || isRoving(b, around, judgement)) ? judgement.roving : 1
  if (a.place === undefined || b.place === undefined) return [0, abroad ? judgement.otherCountry : 0]
  const km = distanceKm(a.place, b.place)
  return [km, ramp(judgement.farKm, km) * doubt]
}

/** How sure it is that two lines of one town are two homes. */
function nearbyHomes(here: Stay, there: Stay, { phonesAlone }: Surroundings, judgement: Judgement): number {
  if (here.area.asn === there.area.asn) {
    if (!areComparable(here, there)) return 0
    return judgement.nearSameProvider * Math.min(steadiness(here.area, judgement), steadiness(there.area, judgement))
  }
  // A house has one provider; a phone beside it has another.
  const ofAHome = ({ area }: Stay) => {
    if (area.network !== undefined) return 0
    const steady = steadiness(area, judgement)
    return phonesAlone.has(area) ? steady * judgement.nearPhonesAlone : Math.max(steady, judgement.nearStationary)
  }
  return judgement.nearOtherProvider * Math.min(ofAHome(here), ofAHome(there))
}
