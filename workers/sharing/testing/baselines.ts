/** Owns the two plain ways to find sharing, which the detector must be ahead of: counting devices, and impossible travel. */

import { distanceKm, isImpossibleTravel } from '../detector/distance.ts'
import type { PlayEvent } from '../detector/play-event.ts'

/** Two events of an account in a row: farther than a town, and faster than an airliner. */
const TRAVEL = [{ fromKm: 100, fasterThanKmh: 900 }]

/** By account: the number of devices. */
export function countDevices(events: readonly PlayEvent[]): Map<string, number> {
  const devices = new Map<string, Set<string>>()
  for (const { account, device } of events)
    devices.set(account, (devices.get(account) ?? new Set<string>()).add(device))
  return new Map([...devices].map(([account, { size }]) => [account, size]))
}

/** By account: how often it was in two places faster than anyone travels. */
export function countImpossibleTravel(events: readonly PlayEvent[]): Map<string, number> {
  const last = new Map<string, PlayEvent>()
  const counts = new Map<string, number>()
  for (const event of events) {
    const before = last.get(event.account)
    last.set(event.account, event)
    const impossible =
      before?.place !== undefined &&
      event.place !== undefined &&
      isImpossibleTravel(distanceKm(before.place, event.place), event.atMs - before.atMs, TRAVEL)
    counts.set(event.account, (counts.get(event.account) ?? 0) + (impossible ? 1 : 0))
  }
  return counts
}
