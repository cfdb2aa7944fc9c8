/** Owns the reading of the campaigns that run: what may be heard, by whom, how often, and what the books have counted. */

import type { AdInfo } from '../../protocol/messages/playback.ts'
import { CHUNK_MS } from '../../protocol/vocabulary.ts'
import type { Pool } from '../postgres/client.ts'
import { type AdLimits, LEAST_WINDOW_MS } from '../redis/ad-places.ts'

export interface Campaign extends AdLimits {
  readonly isWorldwide: boolean
  /** Where it is heard; of one that is worldwide, where it is not. */
  readonly territories: ReadonlySet<string>
  readonly plans: ReadonlySet<string>
  /** Of its listeners, so many hear nothing of it: what it does is measured by them. */
  readonly controlPercent: number
  readonly creatives: readonly Creative[]
}

/** All that a player is told of an advertisement, but for which time this is. */
export type Creative = Omit<AdInfo, 'impression_id'>

interface Row {
  readonly campaign_id: string
  readonly sponsor: string
  readonly starts_at: Date
  readonly ends_at: Date
  readonly is_worldwide: boolean
  readonly territories: readonly string[]
  readonly plans: readonly string[]
  readonly control_percent: number
  readonly cap_impressions: number | null
  readonly cap_hours: number | null
  readonly most_in_all: number | null
  readonly most_of_day: number | null
  readonly booked_in_all: number
  readonly booked_of_day: number
  readonly creatives: readonly (Omit<
    Creative,
    'campaign_id' | 'sponsor' | 'chunk_ms' | 'click_url' | 'skip_after_ms'
  > & {
    readonly click_url: string | null
    readonly skip_after_ms: number | null
  })[]
}

/** Those of the next minutes too: who reads this seldom must not miss a beginning. */
const RUNNING = `
  SELECT c.campaign_id, a.name AS sponsor, lower(c.runs) AS starts_at, upper(c.runs) AS ends_at, c.is_worldwide,
         c.territories::text[] AS territories, c.plans, c.control_percent, c.cap_impressions, c.cap_hours,
         CASE WHEN c.cost_per_mille_micros > 0
              THEN least(trunc(c.budget_micros::numeric * 1000 / c.cost_per_mille_micros), 1e12)::float8 END AS most_in_all,
         CASE WHEN c.cost_per_mille_micros > 0
              THEN least(trunc(c.daily_budget_micros::numeric * 1000 / c.cost_per_mille_micros), 1e12)::float8 END AS most_of_day,
         coalesce((SELECT sum(counted) FROM campaign_days d WHERE d.campaign_id = c.campaign_id), 0)::float8 AS booked_in_all,
         coalesce((SELECT counted FROM campaign_days d
                    WHERE d.campaign_id = c.campaign_id AND d.day = (now() AT TIME ZONE 'UTC')::date), 0) AS booked_of_day,
         (SELECT json_agg(json_build_object('creative_id', v.creative_id, 'title', v.title, 'duration_ms', v.duration_ms,
                   'click_url', v.click_url, 'skip_after_ms', v.skip_after_ms, 'renditions', r.renditions) ORDER BY v.creative_id)
            FROM creatives v
            JOIN LATERAL (SELECT json_agg(json_build_object('bitrate_kbps', e.bitrate_kbps, 'codec', e.codec,
                                   'chunk_count', e.chunk_count) ORDER BY e.bitrate_kbps) AS renditions
                            FROM creative_renditions e WHERE e.creative_id = v.creative_id) r ON r.renditions IS NOT NULL
           WHERE v.campaign_id = c.campaign_id AND v.status = 'approved') AS creatives
    FROM campaigns c JOIN advertisers a USING (advertiser_id)
   WHERE c.status = 'running' AND c.runs && tstzrange(now(), now() + interval '5 minutes')`

export async function readRunningCampaigns(pool: Pool): Promise<readonly Campaign[]> {
  const { rows } = await pool.query<Omit<Row, 'creatives'> & { readonly creatives: Row['creatives'] | null }>({
    name: 'running-campaigns',
    text: RUNNING,
  })
  return rows.flatMap(({ creatives, ...row }) => (creatives === null ? [] : [campaignOf({ ...row, creatives })]))
}

function campaignOf(row: Row): Campaign {
  return {
    campaignId: row.campaign_id,
    startsAtMs: row.starts_at.getTime(),
    endsAtMs: row.ends_at.getTime(),
    isWorldwide: row.is_worldwide,
    territories: new Set(row.territories),
    plans: new Set(row.plans),
    controlPercent: row.control_percent,
    mostInAll: row.most_in_all ?? undefined,
    mostOfDay: row.most_of_day ?? undefined,
    bookedInAll: row.booked_in_all,
    bookedOfDay: row.booked_of_day,
    cap: row.cap_impressions ?? undefined,
    windowMs: row.cap_hours === null ? LEAST_WINDOW_MS : row.cap_hours * 3_600_000,
    creatives: row.creatives.map(({ click_url, skip_after_ms, ...creative }) => ({
      ...creative,
      campaign_id: row.campaign_id,
      sponsor: row.sponsor,
      chunk_ms: CHUNK_MS,
      ...(click_url === null ? {} : { click_url }),
      ...(skip_after_ms === null ? {} : { skip_after_ms }),
    })),
  }
}
