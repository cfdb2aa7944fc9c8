/** Owns what is remembered of an account: its devices, where each was on which days, and when two played at once. All of it is bounded. */

import type { DeviceKind, Plan } from '../../../protocol/vocabulary.ts'
import type { NetworkKind } from './networks.ts'
import type { Place } from './play-event.ts'

/** Beyond these the longest unused is forgotten. */
export const BOUNDS = { devices: 24, areas: 48, addresses: 192, jumps: 96 } as const

/** Days by quarter: morning, afternoon, evening, and the night that follows, six hours each from 06:00 local time. */
export type Quarters = [morning: number, afternoon: number, evening: number, night: number]

/** One provider at one place: as fine as an address is known to lie. */
export interface Area {
  readonly asn: number | undefined
  readonly country: string
  readonly place: Place | undefined
  readonly network: NetworkKind | undefined
  /** How often a device that came back here had the same address, and how often another. */
  kept: number
  changed: number
  lastDay: number
}

/** A device in an area. */
export interface Stay {
  readonly area: Area
  readonly days: Quarters
  /** The last address of either kind, and when it was seen. */
  address4: string | undefined
  address6: string | undefined
  atMs: number
}

export interface Device {
  readonly id: string
  kind: DeviceKind
  stays: Stay[]
  /** On which it played without a connection, nobody knows where. */
  offlineDays: number
  /** The last that was seen of it. */
  atMs: number
  /** Undefined: it is to be looked up again. */
  spot: Spot | undefined
  playing: boolean
  /** What is known to have been played without a break: from here to `atMs`. */
  playedFromMs: number
  /** Those with which it played at the same time; a pair is kept with the device that came first. */
  readonly overlaps: Map<Device, Overlap>
}

/** Where a device is, as its last event said. */
export interface Spot {
  readonly ip: string
  readonly asn: number | undefined
  readonly lat: number | undefined
  readonly lon: number | undefined
  readonly stay: Stay
  readonly use: AddressUse
  /** The day and quarter that are noted already. */
  day: number
  quarter: number
}

export interface Overlap {
  days: number
  minutes: number
  /** Of the day under way. */
  todayMs: number
}

/** A network by its address, and who was there on which days. */
export interface Address {
  readonly key: string
  readonly area: Area
  uses: AddressUse[]
}

export interface AddressUse {
  readonly device: Device
  /** Evenings and nights; and the rest of the day. */
  nights: number
  days: number
}

/** One device was here and there faster than anyone travels: one of the two is not where it says. */
export interface Jump {
  readonly from: Area
  readonly to: Area
  days: number
}

export interface Account {
  readonly id: string
  plan: Plan
  /** Local days since 1970; a day lasts from 06:00 to 06:00. */
  day: number
  firstDay: number
  /** By the longitude of the first place known. */
  zoneMs: number | undefined
  readonly devices: Map<string, Device>
  areas: Area[]
  /** Oldest use first. */
  readonly addresses: Map<string, Address>
  jumps: Jump[]
  /** Days and minutes on which more devices played at once than the plan allows. */
  readonly overuse: Overlap
}

export function createAccount(id: string, plan: Plan): Account {
  return {
    id,
    plan,
    day: Number.NEGATIVE_INFINITY,
    firstDay: Number.NEGATIVE_INFINITY,
    zoneMs: undefined,
    devices: new Map(),
    areas: [],
    addresses: new Map(),
    jumps: [],
    overuse: { days: 0, minutes: 0, todayMs: 0 },
  }
}
