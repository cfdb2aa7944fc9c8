/** Owns what the dashboard shows: numbers of ClickHouse, names and cases of PostgreSQL. */

import { readArtistNames, readTrackNames } from '../infra/catalog/track-names.ts'
import type { ClickHouseClient } from '../infra/clickhouse/client.ts'
import { type DashboardQuery, readDashboard } from '../infra/clickhouse/dashboard/dashboard.ts'
import { readSessionsOf, readSessionTimeline } from '../infra/clickhouse/dashboard/sessions.ts'
import { campaignsWithoutFew, withoutFew } from '../infra/clickhouse/dashboard/without-few.ts'
import { readCampaignNames } from '../infra/postgres/campaign-names.ts'
import type { Pool } from '../infra/postgres/client.ts'
import { ask, asObjects } from '../infra/questions/ask.ts'
import { questionNamed } from '../infra/questions/questions.ts'
import { accountOfCase, flaggedNow } from '../infra/sharing/cases.ts'
import { uuidv7TimeMs } from '../protocol/ids.ts'
import type { Dependencies } from './dependencies.ts'

export interface DashboardParts {
  readonly dependencies: Pick<Dependencies, 'clickhouse' | 'postgres'>
  readonly clickhouse: ClickHouseClient
  readonly pool: Pool
  /** Figures of fewer are hidden. */
  readonly leastListeners: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Sessions that began before are not looked for: whoever makes up an id must not have all rows read. */
const OLDEST_SESSION_MS = 90 * DAY_MS
/** How far back the sessions of a case are looked for. */
const CASE_MS = 28 * DAY_MS
const MOST_CAMPAIGNS = 8
const NO_NAME = 'Unknown'

/** @throws {DependencyAway} when either does not answer: a panel without its names would be another number. */
export async function readNamedDashboard(parts: DashboardParts, query: DashboardQuery, nowMs: number): Promise<object> {
  const { dependencies, clickhouse, pool, leastListeners } = parts
  const { postgres } = dependencies
  const [all, reached, flagged] = await Promise.all([
    dependencies.clickhouse.ask(() => readDashboard(clickhouse, query, nowMs)),
    dependencies.clickhouse.ask(() => readCampaigns(clickhouse, query, nowMs)),
    postgres.ask(() => flaggedNow(pool, query.filters.plan)),
  ])
  const numbers = withoutFew(all, leastListeners)
  const campaigns = campaignsWithoutFew(reached, leastListeners)
  const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)
  const [tracks, artists, names] = await postgres.ask(() =>
    Promise.all([
      readTrackNames(pool, idsOf(numbers.top_tracks)),
      readArtistNames(pool, idsOf(numbers.top_artists)),
      readCampaignNames(
        pool,
        campaigns.map(({ campaign_id }) => String(campaign_id)),
      ),
    ]),
  )
  return {
    ...numbers,
    top_tracks: numbers.top_tracks.map((track) => ({
      ...track,
      ...(tracks.get(track.id) ?? { title: `${NO_NAME} track`, artist: `${NO_NAME} artist` }),
    })),
    top_artists: numbers.top_artists.map((artist) => ({
      ...artist,
      name: artists.get(artist.id) ?? `${NO_NAME} artist`,
    })),
    campaigns: campaigns.map((row) => ({
      ...row,
      name: names.get(String(row.campaign_id)) ?? `${NO_NAME} campaign`,
    })),
    flagged,
  }
}

/** As the question about campaigns is answered, of what was decided in the range. */
async function readCampaigns(clickhouse: ClickHouseClient, { minutes, filters }: DashboardQuery, nowMs: number) {
  const question = questionNamed('campaigns')
  if (question === undefined) throw new Error('there is no question about campaigns')
  const timeText = (ms: number) => new Date(ms).toISOString().slice(0, 19)
  const given = new Map([
    ['from', timeText(nowMs - minutes * MINUTE_MS)],
    // A clock may be ahead of this one.
    ['until', timeText(nowMs + MINUTE_MS)],
    ['limit', String(MOST_CAMPAIGNS)],
    ...Object.entries(filters),
  ])
  return asObjects(await ask({ clickhouse }, question, given, new Date(nowMs)))
}

/** One session as it went, its tracks by name; undefined: there is none. */
export async function readNamedTimeline(
  { dependencies, clickhouse, pool }: DashboardParts,
  sessionId: string,
  nowMs: number,
): Promise<object | undefined> {
  const beganMs = uuidv7TimeMs(sessionId)
  const range = {
    fromMs: Math.max(beganMs, nowMs - OLDEST_SESSION_MS) - HOUR_MS,
    // A clock may be ahead of this one.
    toMs: Math.max(beganMs, nowMs) + HOUR_MS,
  }
  const moments = await dependencies.clickhouse.ask(() => readSessionTimeline(clickhouse, range, sessionId))
  if (moments.length === 0) return undefined
  const beginning = (what: string) => what.startsWith('began')
  const trackIds = moments.filter(({ what }) => beginning(what)).map(({ detail }) => detail)
  const names = await dependencies.postgres.ask(() => readTrackNames(pool, [...new Set(trackIds)]))
  return {
    session_id: sessionId,
    moments: moments.map((moment) => {
      if (!beginning(moment.what)) return moment
      const track = names.get(moment.detail)
      return { ...moment, detail: track === undefined ? `${NO_NAME} track` : `${track.title}, ${track.artist}` }
    }),
  }
}

/** The latest sessions of the account of a case, which is not told; undefined: there is no such case. */
export async function readCaseSessions(
  { dependencies, clickhouse, pool }: DashboardParts,
  caseId: string,
  nowMs: number,
): Promise<object | undefined> {
  const account = await dependencies.postgres.ask(() => accountOfCase(pool, caseId))
  if (account === undefined) return undefined
  const range = { fromMs: nowMs - CASE_MS, toMs: nowMs }
  return { sessions: await dependencies.clickhouse.ask(() => readSessionsOf(clickhouse, range, account)) }
}
