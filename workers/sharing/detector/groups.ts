/** Owns which devices of an account belong to one household: those that meet, and those that nothing tells apart. */

import type { Area, Device } from './account.ts'
import { type Apartness, apartnessOf, inOneTown, type Surroundings } from './apartness.ts'
import { countDays, WINDOW_DAYS } from './day-mask.ts'
import type { Judgement } from './judgement.ts'

export interface Group {
  readonly devices: readonly Device[]
  /** Days on which any of them was seen. */
  readonly days: number
}

export interface Between {
  /** Days apart, each by how sure it is. */
  readonly apart: Float64Array
  readonly apartDays: number
  /** What speaks for one household, in days apart that it outweighs. */
  readonly together: number
  readonly nightsTogether: number
  readonly km: number
}

type Pairs = ReadonlyMap<Device, ReadonlyMap<Device, Apartness>>

export interface Grouping {
  /** The one seen on the most days first. */
  readonly groups: readonly Group[]
  between(a: Group, b: Group): Between
}

export function groupDevices(devices: readonly Device[], around: Surroundings, judgement: Judgement): Grouping {
  const pairs = allPairs(devices, around, judgement)
  let groups: Group[] = devices.map((device) => ({ devices: [device], days: daysOf(device) }))
  for (;;) {
    const best = closest(groups, pairs, judgement) ?? alike(groups, pairs, around, judgement)
    if (best === undefined) break
    const [a, b] = best
    groups = [...groups.filter((group) => group !== a && group !== b), joined(a, b)]
  }
  groups.sort((a, b) => deviceDays(b) - deviceDays(a) || (firstId(a) < firstId(b) ? -1 : 1))
  return { groups, between: (a, b) => betweenGroups(a, b, pairs, judgement) }
}

function allPairs(devices: readonly Device[], around: Surroundings, judgement: Judgement): Pairs {
  const pairs = new Map<Device, Map<Device, Apartness>>(devices.map((device) => [device, new Map()]))
  devices.forEach((one, index) => {
    for (const other of devices.slice(index + 1)) {
      const apartness = apartnessOf(one, other, around, judgement)
      pairs.get(one)?.set(other, apartness)
      pairs.get(other)?.set(one, apartness)
    }
  })
  return pairs
}

export function betweenGroups(a: Group, b: Group, pairs: Pairs, judgement: Judgement): Between {
  const apart = new Float64Array(WINDOW_DAYS)
  let nights = 0
  let days = 0
  let sameNetworkDays = 0
  let townNights = 0
  let apartDays = 0
  let farDays = 0
  let km = 0
  for (const one of a.devices) {
    for (const other of b.devices) {
      const pair = pairs.get(one)?.get(other)
      if (pair === undefined) continue
      nights |= pair.nightsTogether
      days |= pair.daysTogether
      sameNetworkDays = Math.max(sameNetworkDays, pair.sameNetworkDays)
      townNights |= pair.townNights
      apartDays |= pair.apartDays
      farDays |= pair.farDays
      km = Math.max(km, pair.km)
      for (let ago = 0; ago < WINDOW_DAYS; ago += 1) apart[ago] = Math.max(apart[ago] ?? 0, pair.apart[ago] ?? 0)
    }
  }
  days &= ~nights
  const nightsTogether = countDays(nights)
  const daysTogether = countDays(days)
  // To those who live in one town it says nothing that they are in one town.
  const far = apartDays === 0 ? 0 : countDays(farDays & apartDays) / countDays(apartDays)
  const carried = a.devices.some(isCarried) && b.devices.some(isCarried)
  const visit = judgement.visitInTown + ((carried ? judgement.visitFromFar : 1) - judgement.visitInTown) * far
  const together =
    visit *
    (judgement.nightTogether * nightsTogether +
      judgement.dayTogether * daysTogether +
      judgement.nightInTown * far * countDays(townNights & ~nights & ~days) +
      judgement.sameNetwork * Math.max(0, sameNetworkDays - nightsTogether - daysTogether))
  return { apart, apartDays, together, nightsTogether, km }
}

function isCarried({ kind }: Device): boolean {
  return kind !== 'tv' && kind !== 'speaker'
}

export function sum(days: Float64Array): number {
  let total = 0
  for (const day of days) total += day
  return total
}

function closest(groups: readonly Group[], pairs: Pairs, judgement: Judgement): [Group, Group] | undefined {
  return best(groups, (a, b) => {
    const { apart, together } = betweenGroups(a, b, pairs, judgement)
    const share = together / (together + sum(apart))
    return together > 0 && share >= judgement.household ? share : undefined
  })
}

/** Nothing tells them apart, and they were in one town: a new phone, a phone without the line of the house, a provider that changes addresses every session. */
function alike(
  groups: readonly Group[],
  pairs: Pairs,
  { unreal }: Surroundings,
  judgement: Judgement,
): [Group, Group] | undefined {
  return best(groups, (a, b) => {
    if (!nearEachOther(a, b, unreal, judgement.sameTownKm)) return undefined
    const apart = sum(betweenGroups(a, b, pairs, judgement).apart)
    return apart < judgement.noReasonApart ? 1 / (1 + apart) : undefined
  })
}

function nearEachOther(a: Group, b: Group, unreal: ReadonlySet<Area>, withinKm: number): boolean {
  const areasOf = ({ devices }: Group) =>
    new Set(devices.flatMap(({ stays }) => stays.map(({ area }) => area).filter((area) => !unreal.has(area))))
  const others = [...areasOf(b)]
  return [...areasOf(a)].some((one) => others.some((other) => inOneTown(one, other, withinKm)))
}

function best(groups: readonly Group[], rate: (a: Group, b: Group) => number | undefined): [Group, Group] | undefined {
  let found: [Group, Group] | undefined
  let highest = Number.NEGATIVE_INFINITY
  groups.forEach((a, index) => {
    for (const b of groups.slice(index + 1)) {
      const rated = rate(a, b)
      if (rated !== undefined && rated > highest) {
        highest = rated
        found = [a, b]
      }
    }
  })
  return found
}

function joined(a: Group, b: Group): Group {
  return { devices: [...a.devices, ...b.devices], days: a.days | b.days }
}

function daysOf({ stays, offlineDays }: Device): number {
  return stays.reduce((days, stay) => days | stay.days[0] | stay.days[1] | stay.days[2] | stay.days[3], offlineDays)
}

function deviceDays(group: Group): number {
  return group.devices.reduce((total, device) => total + countDays(daysOf(device)), 0)
}

function firstId({ devices }: Group): string {
  return devices.map(({ id }) => id).sort()[0] ?? ''
}
