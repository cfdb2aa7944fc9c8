/** Owns playing at the same time: which devices did, on which days, and whether it was more than the plan allows. */

import type { Account, Device, Overlap } from './account.ts'
import type { Limits } from './limits.ts'
import type { PlayEvent } from './play-event.ts'
import { noteAddress } from './spot.ts'

const MINUTE_MS = 60_000

interface Moment {
  /** Its day. */
  readonly bit: number
  /** Whether the device is elsewhere than at its last event. */
  readonly moved: boolean
}

/**
 * A moment at which two played is counted once: when the second of them is known to have played then.
 * Only time between two events of a device counts as played, so a lost end makes no overlap.
 */
export function noteListening(
  account: Account,
  device: Device,
  event: PlayEvent,
  { bit, moved }: Moment,
  limits: Limits,
): void {
  const { atMs } = event
  const fromMs = device.atMs
  // Told late: what was played then is compared with nothing.
  if (atMs < fromMs) return
  const goesOn = device.playing && atMs - fromMs <= limits.playedSinceMs[event.event]
  const { spot } = device
  if (spot !== undefined && (moved || !goesOn)) noteAddress(spot.stay, event, limits)
  if (goesOn) noteOverlaps(account, device, fromMs, atMs, bit, limits)
  else device.playedFromMs = atMs
  device.atMs = atMs
  device.playing = event.event !== 'play_end'
}

function noteOverlaps(
  account: Account,
  device: Device,
  fromMs: number,
  atMs: number,
  dayBit: number,
  limits: Limits,
): void {
  const lapsMs: number[] = []
  let after = false
  for (const other of account.devices.values()) {
    if (other === device) {
      after = true
      continue
    }
    const lapMs = Math.min(atMs, other.atMs) - Math.max(fromMs, other.playedFromMs)
    if (lapMs <= 0) continue
    lapsMs.push(lapMs)
    const [first, second] = after ? [device, other] : [other, device]
    let overlap = first.overlaps.get(second)
    if (overlap === undefined) {
      overlap = { days: 0, minutes: 0, todayMs: 0 }
      first.overlaps.set(second, overlap)
    }
    add(overlap, lapMs, dayBit, limits)
  }
  // With n streams allowed, the n-th longest of what others played meanwhile is (at most) the time of n + 1 at once.
  const allowed = limits.streams[account.plan]
  if (lapsMs.length < allowed) return
  const tooManyMs = lapsMs.sort((a, b) => b - a)[allowed - 1] ?? 0
  add(account.overuse, tooManyMs, dayBit, limits)
}

function add(overlap: Overlap, ms: number, dayBit: number, limits: Limits): void {
  overlap.minutes += ms / MINUTE_MS
  overlap.todayMs += ms
  if (overlap.todayMs >= limits.overlapFromMs) overlap.days |= dayBit
}
