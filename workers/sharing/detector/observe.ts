/** Owns what one event changes in what is remembered of its account. */

import { type Account, BOUNDS, type Device, type Spot } from './account.ts'
import { advanceTo } from './aging.ts'
import { dayBit } from './day-mask.ts'
import { noteListening } from './listening.ts'
import type { OfflinePlay, PlayEvent } from './play-event.ts'
import type { Rules } from './rules.ts'
import { spotOf } from './spot.ts'

const DAY_MS = 86_400_000
const QUARTER_MS = DAY_MS / 4
/** A day begins at six: the night belongs to the evening before it. */
const DAY_BEGINS_MS = 6 * 3_600_000
const HOUR_MS = 3_600_000
const DEGREES_AN_HOUR = 15

/** By the clock of the first place of the account, and from six in the morning. */
function localMsOf(account: Account, atMs: number): number {
  return atMs + (account.zoneMs ?? 0) - DAY_BEGINS_MS
}

export function dayOf(account: Account, atMs: number): number {
  return Math.floor(localMsOf(account, atMs) / DAY_MS)
}

/** Events of an account are given in the order of their times; a late one counts where its day is still remembered. */
export function observe(account: Account, event: PlayEvent, rules: Rules): void {
  const { limits, kindOf } = rules
  if (account.zoneMs === undefined && event.place !== undefined && kindOf(event.asn) === undefined)
    account.zoneMs = Math.round(event.place.lon / DEGREES_AN_HOUR) * HOUR_MS
  const localMs = localMsOf(account, event.atMs)
  const day = Math.floor(localMs / DAY_MS)
  if (day > account.day) advanceTo(account, day)
  const bit = dayBit(account.day - day)
  if (bit === 0) return
  account.plan = event.plan
  const device = deviceOf(account, event)
  device.kind = event.kind
  const spot = isSameSpot(device.spot, event) ? device.spot : spotOf(account, device, event, day, rules)
  const quarter = Math.floor((localMs - day * DAY_MS) / QUARTER_MS)
  const moved = spot !== device.spot
  if (moved || spot.day !== day || spot.quarter !== quarter) noteDay(spot, day, quarter, bit)
  device.spot = spot
  noteListening(account, device, event, { bit, moved }, limits)
}

/** The device was there, and played on that day: of where, and of who played beside it, it says nothing. */
export function observeOffline(account: Account, play: OfflinePlay): void {
  const day = dayOf(account, play.atMs)
  if (day > account.day) advanceTo(account, day)
  const bit = dayBit(account.day - day)
  if (bit === 0) return
  account.plan = play.plan
  const device = deviceOf(account, play)
  device.kind = play.kind
  device.offlineDays |= bit
}

function isSameSpot(spot: Spot | undefined, { ip, asn, place }: PlayEvent): spot is Spot {
  return spot !== undefined && spot.ip === ip && spot.asn === asn && spot.lat === place?.lat && spot.lon === place?.lon
}

function noteDay(spot: Spot, day: number, quarter: number, bit: number): void {
  const { stay, use } = spot
  stay.days[quarter as 0 | 1 | 2 | 3] |= bit
  if (quarter >= 2) use.nights |= bit
  else use.days |= bit
  stay.area.lastDay = Math.max(stay.area.lastDay, day)
  spot.day = day
  spot.quarter = quarter
}

function deviceOf(account: Account, { device: id, kind, atMs }: PlayEvent | OfflinePlay): Device {
  const known = account.devices.get(id)
  if (known !== undefined) return known
  if (account.devices.size >= BOUNDS.devices) forgetOneDevice(account)
  const device: Device = {
    id,
    kind,
    stays: [],
    offlineDays: 0,
    atMs,
    spot: undefined,
    playing: false,
    playedFromMs: atMs,
    overlaps: new Map(),
  }
  account.devices.set(id, device)
  return device
}

function forgetOneDevice(account: Account): void {
  let oldest: Device | undefined
  for (const device of account.devices.values()) if (oldest === undefined || device.atMs < oldest.atMs) oldest = device
  if (oldest !== undefined) forgetDevice(account, oldest)
}

function forgetDevice(account: Account, device: Device): void {
  account.devices.delete(device.id)
  for (const other of account.devices.values()) other.overlaps.delete(device)
  for (const address of account.addresses.values()) address.uses = address.uses.filter((use) => use.device !== device)
}
