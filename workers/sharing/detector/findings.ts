/** Owns what is found in an account: the groups of its devices, how they live apart, and what else speaks for sharing. */

import type { Account, Device } from './account.ts'
import { surroundingsOf } from './apartness.ts'
import { countDays, countWeeks, spanDays, WINDOW_DAYS } from './day-mask.ts'
import { type Group, groupDevices, sum } from './groups.ts'
import type { Judgement } from './judgement.ts'

export interface Findings {
  /** Groups that live apart from another, the most seen first; empty when all devices are one household. */
  readonly homes: readonly Group[]
  /** Days apart, by how sure each is, and as a set. */
  readonly apart: number
  readonly apartDays: number
  readonly spanDays: number
  readonly weeks: number
  /** What speaks for one household, in days apart that it outweighs. */
  readonly together: number
  readonly nightsTogether: number
  readonly km: number
  readonly daysAtOnce: number
  readonly minutesAtOnce: number
  /** Changes of place from day to day that no device went along with. */
  readonly alternations: number
  readonly overuseDays: number
  readonly overuseMinutes: number
}

/** Less than this between two groups is no finding. */
const LEAST_APART = 1

export function findingsOf(account: Account, judgement: Judgement): Findings {
  const { groups, between } = groupDevices([...account.devices.values()], surroundingsOf(account, judgement), judgement)
  const apart = new Float64Array(WINDOW_DAYS)
  const homes = new Set<Group>()
  let apartDays = 0
  let together = 0
  let nightsTogether = 0
  let km = 0
  groups.forEach((a, index) => {
    for (const b of groups.slice(index + 1)) {
      const pair = between(a, b)
      if (sum(pair.apart) < LEAST_APART) continue
      homes.add(a).add(b)
      apartDays |= pair.apartDays
      together += pair.together
      nightsTogether += pair.nightsTogether
      km = Math.max(km, pair.km)
      for (let ago = 0; ago < WINDOW_DAYS; ago += 1) apart[ago] = Math.max(apart[ago] ?? 0, pair.apart[ago] ?? 0)
    }
  })
  const atOnce = playedAtOnce([...homes])
  return {
    homes: groups.filter((group) => homes.has(group)),
    apart: sum(apart),
    apartDays,
    spanDays: spanDays(apartDays),
    weeks: countWeeks(apartDays),
    together,
    nightsTogether,
    km,
    daysAtOnce: countDays(atOnce.days),
    minutesAtOnce: atOnce.minutes,
    alternations: alternationsOf([...homes]),
    overuseDays: countDays(account.overuse.days),
    overuseMinutes: account.overuse.minutes,
  }
}

function playedAtOnce(homes: readonly Group[]): { days: number; minutes: number } {
  const homeOf = new Map<Device, Group>()
  for (const home of homes) for (const device of home.devices) homeOf.set(device, home)
  let days = 0
  let minutes = 0
  for (const [device, home] of homeOf) {
    for (const [other, overlap] of device.overlaps) {
      const otherHome = homeOf.get(other)
      if (otherHome === undefined || otherHome === home) continue
      days |= overlap.days
      minutes += overlap.minutes
    }
  }
  return { days, minutes }
}

/** Of the days on which a single home was active, in their order: how often it is another than before. */
function alternationsOf(homes: readonly Group[]): number {
  let changes = 0
  let last: Group | undefined
  for (let ago = WINDOW_DAYS - 1; ago >= 0; ago -= 1) {
    const active = homes.filter(({ days }) => ((days >>> ago) & 1) === 1)
    if (active.length === 0) continue
    // Both on one day: there and back at least once, and the next day may be either's.
    if (active.length > 1) {
      changes += 1
      last = undefined
      continue
    }
    if (last !== undefined && active[0] !== last) changes += 1
    last = active[0]
  }
  return changes
}
