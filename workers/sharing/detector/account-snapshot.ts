/** Owns what is remembered of an account as plain data: written and read again, the detector goes on as if nothing had been. */

import type { DeviceKind, Plan } from '../../../protocol/vocabulary.ts'
import type { Account, Address, AddressUse, Area, Device, Overlap, Quarters, Spot, Stay } from './account.ts'
import type { KindOfNetwork } from './networks.ts'

/** Raised whenever the form below, or what the numbers in it mean, changes. */
export const SNAPSHOT_VERSION = 2

type OrNull<T> = T | null

/** Areas, devices and addresses are named by their places in the lists. */
export interface AccountSnapshot {
  readonly plan: Plan
  readonly day: number
  readonly firstDay: number
  readonly zoneMs: OrNull<number>
  readonly overuse: OverlapRow
  /** How many of the areas and of the devices are the account's: those behind them are only referred to. */
  readonly ownAreas: number
  readonly ownDevices: number
  readonly areas: readonly AreaRow[]
  readonly devices: readonly DeviceRow[]
  readonly addresses: readonly AddressRow[]
  readonly jumps: readonly (readonly [from: number, to: number, days: number])[]
}

type OverlapRow = readonly [days: number, minutes: number, todayMs: number]
type AreaRow = readonly [
  asn: OrNull<number>,
  country: string,
  lat: OrNull<number>,
  lon: OrNull<number>,
  kept: number,
  changed: number,
  lastDay: number,
]
type StayRow = readonly [area: number, days: Quarters, address4: OrNull<string>, address6: OrNull<string>, atMs: number]
type DeviceRow = readonly [
  id: string,
  kind: DeviceKind,
  atMs: number,
  playing: boolean,
  playedFromMs: number,
  stays: readonly StayRow[],
  overlaps: readonly (readonly [device: number, ...OverlapRow])[],
  spot: OrNull<SpotRow>,
  offlineDays: number,
]
type SpotRow = readonly [
  ip: string,
  asn: OrNull<number>,
  lat: OrNull<number>,
  lon: OrNull<number>,
  stay: number,
  address: number,
  use: number,
  day: number,
  quarter: number,
]
type AddressRow = readonly [
  key: string,
  area: number,
  uses: readonly (readonly [device: number, nights: number, days: number])[],
]

export function snapshotOf(account: Account): AccountSnapshot {
  const areas = new Numbering<Area>(account.areas)
  const devices = new Numbering<Device>(account.devices.values())
  const addressList = [...account.addresses.values()]
  const places = placesOfUses(addressList)
  const addresses = addressList.map(
    ({ key, area, uses }): AddressRow => [
      key,
      areas.of(area),
      uses.map(({ device, nights, days }) => [devices.of(device), nights, days]),
    ],
  )
  const jumps = account.jumps.map(({ from, to, days }) => [areas.of(from), areas.of(to), days] as const)
  const ownDevices = account.devices.size
  const deviceRows: DeviceRow[] = []
  // The list grows while it is gone through: devices that are only referred to come last.
  for (const device of devices.all) deviceRows.push(deviceRow(device, areas, devices, places))
  return {
    plan: account.plan,
    day: account.day,
    firstDay: account.firstDay,
    zoneMs: account.zoneMs ?? null,
    overuse: overlapRow(account.overuse),
    ownAreas: account.areas.length,
    ownDevices,
    areas: areas.all.map(areaRow),
    devices: deviceRows,
    addresses,
    jumps,
  }
}

export function accountFrom(id: string, snapshot: AccountSnapshot, kindOf: KindOfNetwork): Account {
  const areas = snapshot.areas.map(([asn, country, lat, lon, kept, changed, lastDay]): Area => {
    const place = lat === null || lon === null ? undefined : { lat, lon }
    const known = asn ?? undefined
    return { asn: known, country, place, network: kindOf(known), kept, changed, lastDay }
  })
  const devices = snapshot.devices.map(
    ([deviceId, kind, atMs, playing, playedFromMs, stays, , , offlineDays]): Device => ({
      id: deviceId,
      kind,
      stays: stays.map(
        ([area, days, address4, address6, stayMs]): Stay => ({
          area: at(areas, area),
          days: [...days],
          address4: address4 ?? undefined,
          address6: address6 ?? undefined,
          atMs: stayMs,
        }),
      ),
      offlineDays,
      atMs,
      spot: undefined,
      playing,
      playedFromMs,
      overlaps: new Map(),
    }),
  )
  const addresses = snapshot.addresses.map(
    ([key, area, uses]): Address => ({
      key,
      area: at(areas, area),
      uses: uses.map(([device, nights, days]): AddressUse => ({ device: at(devices, device), nights, days })),
    }),
  )
  snapshot.devices.forEach(([, , , , , , overlaps, spot], index) => {
    const device = at(devices, index)
    for (const [other, ...row] of overlaps) device.overlaps.set(at(devices, other), overlapFrom(row))
    if (spot !== null) device.spot = spotFrom(spot, device, addresses)
  })
  return {
    id,
    plan: snapshot.plan,
    day: snapshot.day,
    firstDay: snapshot.firstDay,
    zoneMs: snapshot.zoneMs ?? undefined,
    devices: new Map(devices.slice(0, snapshot.ownDevices).map((device) => [device.id, device])),
    areas: areas.slice(0, snapshot.ownAreas),
    addresses: new Map(addresses.map((address) => [address.key, address])),
    jumps: snapshot.jumps.map(([from, to, days]) => ({ from: at(areas, from), to: at(areas, to), days })),
    overuse: overlapFrom(snapshot.overuse),
  }
}

/** Things by their places in a list; what is not in it yet is put at its end. */
class Numbering<T> {
  readonly all: T[]
  readonly #numbers: Map<T, number>

  constructor(known: Iterable<T>) {
    this.all = [...known]
    this.#numbers = new Map(this.all.map((thing, index) => [thing, index]))
  }

  of(thing: T): number {
    const known = this.#numbers.get(thing)
    if (known !== undefined) return known
    this.#numbers.set(thing, this.all.length)
    return this.all.push(thing) - 1
  }
}

type PlacesOfUses = ReadonlyMap<AddressUse, readonly [address: number, use: number]>

function placesOfUses(addresses: readonly Address[]): PlacesOfUses {
  return new Map(addresses.flatMap(({ uses }, address) => uses.map((use, index) => [use, [address, index]] as const)))
}

function deviceRow(
  device: Device,
  areas: Numbering<Area>,
  devices: Numbering<Device>,
  places: PlacesOfUses,
): DeviceRow {
  return [
    device.id,
    device.kind,
    device.atMs,
    device.playing,
    device.playedFromMs,
    device.stays.map(({ area, days, address4, address6, atMs }) => [
      areas.of(area),
      [...days],
      address4 ?? null,
      address6 ?? null,
      atMs,
    ]),
    [...device.overlaps].map(([other, overlap]) => [devices.of(other), ...overlapRow(overlap)]),
    device.spot === undefined ? null : spotRow(device.spot, device, places),
    device.offlineDays,
  ]
}

/** Null: it is looked up again, which finds the same. */
function spotRow(spot: Spot, device: Device, places: PlacesOfUses): SpotRow | null {
  const stay = device.stays.indexOf(spot.stay)
  const place = places.get(spot.use)
  if (stay < 0 || place === undefined) return null
  const { ip, asn, lat, lon, day, quarter } = spot
  return [ip, asn ?? null, lat ?? null, lon ?? null, stay, ...place, day, quarter]
}

function spotFrom(row: SpotRow, device: Device, addresses: readonly Address[]): Spot {
  const [ip, asn, lat, lon, stay, address, use, day, quarter] = row
  return {
    ip,
    asn: asn ?? undefined,
    lat: lat ?? undefined,
    lon: lon ?? undefined,
    stay: at(device.stays, stay),
    use: at(at(addresses, address).uses, use),
    day,
    quarter,
  }
}

function areaRow({ asn, country, place, kept, changed, lastDay }: Area): AreaRow {
  return [asn ?? null, country, place?.lat ?? null, place?.lon ?? null, kept, changed, lastDay]
}

function overlapRow({ days, minutes, todayMs }: Overlap): OverlapRow {
  return [days, minutes, todayMs]
}

function overlapFrom([days, minutes, todayMs]: OverlapRow): Overlap {
  return { days, minutes, todayMs }
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index]
  if (found === undefined) throw new Error(`a state refers to ${index}, which it does not hold`)
  return found
}
