/** Owns `GET /api/dashboard`: numbers from ClickHouse, names and counted streams from PostgreSQL, read at most once a second. */

import { type Answer, type Asked, failure, json } from './answer.ts'

/** Many analysts who look at once cost one reading. */
const FRESH_MS = 1_000
const LONGEST_MINUTES = 7 * 24 * 60

export function createDashboard(
  read: (minutes: number) => Promise<object>,
  now: () => number,
): (asked: Asked) => Promise<Answer> {
  const readings = new Map<number, { readonly atMs: number; readonly value: Promise<object> }>()
  return async (asked) => {
    const minutes = Number(asked.query.get('minutes') ?? 60)
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > LONGEST_MINUTES) {
      return failure('invalid_message', `minutes: a whole number from 1 to ${LONGEST_MINUTES}`)
    }
    const nowMs = now()
    for (const [range, reading] of readings) if (reading.atMs < nowMs - FRESH_MS) readings.delete(range)
    const reading = readings.get(minutes) ?? { atMs: nowMs, value: read(minutes) }
    readings.set(minutes, reading)
    try {
      return json(await reading.value)
    } catch (error) {
      readings.delete(minutes)
      throw error
    }
  }
}
