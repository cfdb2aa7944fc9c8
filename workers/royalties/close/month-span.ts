/** Owns the bounds of a month in UTC. */

export interface MonthSpan {
  /** As 2026-10. */
  readonly month: string
  /** As 2026-10-01. */
  readonly firstDay: string
  /** Of the next month. */
  readonly nextDay: string
  readonly startMs: number
  readonly endMs: number
}

export const isMonth = (text: string): boolean => /^\d{4}-(0[1-9]|1[0-2])$/.test(text)

export function monthSpan(month: string): MonthSpan {
  const [year = 0, number = 0] = month.split('-').map(Number)
  const startMs = Date.UTC(year, number - 1)
  const endMs = Date.UTC(year, number)
  return { month, startMs, endMs, firstDay: dayOf(startMs), nextDay: dayOf(endMs) }
}

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
