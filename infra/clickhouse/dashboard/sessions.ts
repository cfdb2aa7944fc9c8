/** Owns the reading of sessions: the latest ones, and one as it went. By session alone: whose it is stays in the tables. */

import type { ClickHouseClient } from '../client.ts'
import { type Filters, type Range, read, statement, UNFILTERED, within } from './panel-query.ts'

export interface SessionHeard {
  readonly session_id: string
  readonly first_at: string
  readonly latest_at: string
  readonly country: string
  readonly plan: string
  readonly device_kind: string
  readonly total_streams: number
  readonly total_ms_played: number
  /** A stream of it has not ended. */
  readonly open: boolean
}

export interface Moment {
  readonly at: string
  readonly source: 'server' | 'player'
  readonly what: string
  readonly stream_id: string
  readonly position_ms: number
  /** Of a beginning: the track. */
  readonly detail: string
}

const SESSIONS = statement('sessions')
const TIMELINE = statement('session-timeline')
const MOST_SESSIONS = 12

export const readSessions = (client: ClickHouseClient, range: Range, filters: Filters): Promise<SessionHeard[]> =>
  read(client, SESSIONS, { ...within(range), ...filters, account: '', limit: MOST_SESSIONS })

/** Of the account that is named, which the answer does not tell. */
export const readSessionsOf = (client: ClickHouseClient, range: Range, account: string): Promise<SessionHeard[]> =>
  read(client, SESSIONS, { ...within(range), ...UNFILTERED, account, limit: MOST_SESSIONS })

/** @param range in which the session was. */
export const readSessionTimeline = (client: ClickHouseClient, range: Range, session: string): Promise<Moment[]> =>
  read(client, TIMELINE, { ...within(range), session })
