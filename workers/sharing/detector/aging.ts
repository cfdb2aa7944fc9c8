/** Owns the passing of days: what an account remembers moves back, and what leaves the window is forgotten. */

import type { Account } from './account.ts'
import { aged } from './day-mask.ts'
import { isHash } from './network-key.ts'

/** `day` is later than the account's. */
export function advanceTo(account: Account, day: number): void {
  const days = day - account.day
  account.day = day
  if (account.firstDay === Number.NEGATIVE_INFINITY) account.firstDay = day
  account.overuse.days = aged(account.overuse.days, days)
  account.overuse.todayMs = 0
  for (const device of account.devices.values()) {
    device.offlineDays = aged(device.offlineDays, days)
    for (const stay of device.stays) for (const q of [0, 1, 2, 3] as const) stay.days[q] = aged(stay.days[q], days)
    device.stays = device.stays.filter(({ days: [a, b, c, d] }) => (a | b | c | d) !== 0)
    if (device.spot !== undefined && !device.stays.includes(device.spot.stay)) device.spot = undefined
    for (const [other, overlap] of device.overlaps) {
      overlap.days = aged(overlap.days, days)
      overlap.todayMs = 0
      if (overlap.days === 0) device.overlaps.delete(other)
    }
  }
  forgetUnused(account, days)
}

function forgetUnused(account: Account, days: number): void {
  for (const address of account.addresses.values()) {
    for (const use of address.uses) {
      use.nights = aged(use.nights, days)
      use.days = aged(use.days, days)
    }
    address.uses = address.uses.filter((use) => (use.nights | use.days) !== 0)
    if (address.uses.length === 0) account.addresses.delete(address.key)
  }
  // A hash is kept for as long as somebody was there within the window, wherever it is noted.
  const gone = (key: string | undefined) => key !== undefined && isHash(key) && !account.addresses.has(key)
  for (const device of account.devices.values())
    for (const stay of device.stays) {
      if (gone(stay.address4)) stay.address4 = undefined
      if (gone(stay.address6)) stay.address6 = undefined
    }
  for (const device of account.devices.values())
    if (device.spot !== undefined && (device.spot.use.nights | device.spot.use.days) === 0) device.spot = undefined
  for (const device of account.devices.values())
    if (device.stays.length === 0 && device.offlineDays === 0) account.devices.delete(device.id)
  for (const device of account.devices.values())
    for (const other of device.overlaps.keys())
      if (account.devices.get(other.id) !== other) device.overlaps.delete(other)
  const inUse = new Set([...account.devices.values()].flatMap((device) => device.stays.map((stay) => stay.area)))
  account.areas = account.areas.filter((area) => inUse.has(area))
  for (const jump of account.jumps) jump.days = aged(jump.days, days)
  account.jumps = account.jumps.filter(({ from, to, days }) => days !== 0 && inUse.has(from) && inUse.has(to))
}
