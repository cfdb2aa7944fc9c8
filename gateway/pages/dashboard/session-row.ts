/** Owns how a session reads in a list: where, what on, and when; by its id, never by whose it is. */

import { countOf, countryText, lengthText, planText, sinceText } from '../figure-text.ts'
import type { BarRow } from './bar-list.ts'
import type { SessionHeard } from './figures.ts'
import { dimensionText } from './words.ts'

/** The end of the id: sessions of one moment begin with the same letters. */
export const sessionName = (sessionId: string): string => `Session ${sessionId.slice(-12)}`

export function sessionRow(session: SessionHeard): BarRow {
  const nowMs = Date.now()
  const { session_id, country, plan, device_kind, total_streams, total_ms_played } = session
  const latest = `latest at ${sinceText(Date.parse(session.latest_at), nowMs)}`
  return {
    key: session_id,
    name: `${countryText(country)}, ${planText(plan)}, ${dimensionText('device_kind', device_kind)}`,
    detail: [
      sessionName(session_id),
      countOf(total_streams, 'stream'),
      `since ${sinceText(Date.parse(session.first_at), nowMs)}`,
      ...(total_streams > 1 ? [latest] : []),
      ...(session.open ? ['playing'] : []),
    ].join(' · '),
    value: total_ms_played,
    valueText: lengthText(total_ms_played),
  }
}
