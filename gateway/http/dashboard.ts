/** Owns `GET /api/dashboard`: what the panels show, for a range of minutes. */

import { type Answer, type Asked, failure, json } from './answer.ts'

const LONGEST_MINUTES = 7 * 24 * 60

export function createDashboard(read: (minutes: number) => Promise<object>): (asked: Asked) => Promise<Answer> {
  return async (asked) => {
    const minutes = Number(asked.query.get('minutes') ?? 60)
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > LONGEST_MINUTES) {
      return failure('invalid_message', `minutes: a whole number from 1 to ${LONGEST_MINUTES}`)
    }
    return json(await read(minutes))
  }
}
