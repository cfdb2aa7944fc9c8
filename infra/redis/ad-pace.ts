/** Owns the spreading of what may be spent in a day over its hours: as much in each, and what an hour leaves is for the next (even pacing). Pure. */

const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

export interface Flight {
  readonly startsAtMs: number
  readonly endsAtMs: number
}

/** How many of the `mostOfDay` may have been served by the end of this hour: of the hours of this day, in UTC, in which the campaign runs. */
export function dueOfDay(mostOfDay: number, { startsAtMs, endsAtMs }: Flight, nowMs: number): number {
  const midnightMs = Math.floor(nowMs / DAY_MS) * DAY_MS
  const fromMs = Math.max(midnightMs, startsAtMs)
  const untilMs = Math.min(midnightMs + DAY_MS, endsAtMs)
  const hours = Math.ceil((untilMs - fromMs) / HOUR_MS)
  const hour = Math.floor((nowMs - fromMs) / HOUR_MS) + 1
  return hour >= hours ? mostOfDay : Math.ceil((mostOfDay * Math.max(hour, 1)) / hours)
}
