/** Owns the campaigns of the demo in the books, and what of one was heard by who listens for free. */

import { demoIdOf } from '../../catalog/catalog-ids.ts'
import type { PoolClient } from '../../postgres/client.ts'
import { userIdOf } from './demo-accounts.ts'
import { DEMO_CAMPAIGNS, type DemoCampaign } from './demo-campaigns.ts'

const [HEARD_OF] = DEMO_CAMPAIGNS

/** Minutes ago, which creative, and for how long it was audible. */
const HEARD = [
  { minutesAgo: 95, creative: 0, audibleMs: 15_000 },
  { minutesAgo: 61, creative: 1, audibleMs: 11_200 },
  { minutesAgo: 24, creative: 0, audibleMs: 1_400 },
] as const
/** $8.00 a thousand. */
const COST_PER_MILLE_MICROS = 8_000_000

export async function seedAdvertising(client: PoolClient, nowMs: number): Promise<void> {
  for (const campaign of DEMO_CAMPAIGNS) {
    const isNew = await seedCampaign(client, campaign)
    if (isNew && campaign === HEARD_OF) await seedImpressions(client, campaign, nowMs)
  }
}

/** @returns false where it is there already. One for an album that the catalog does not have is left out. */
async function seedCampaign(client: PoolClient, campaign: DemoCampaign): Promise<boolean> {
  const { id, advertiser, name, clickUrl, promotedAlbumId, creatives } = campaign
  await client.query(`INSERT INTO advertisers VALUES ($1, $2, 'US', 'USD') ON CONFLICT DO NOTHING`, [
    advertiser.id,
    advertiser.name,
  ])
  const { rowCount } = await client.query(
    `INSERT INTO campaigns (campaign_id, advertiser_id, name, status, runs, currency, budget_micros, daily_budget_micros,
                            cost_per_mille_micros, territories, cap_impressions, cap_hours, promoted_album_id, control_percent)
     SELECT $1, $2, $3, 'running', '[2026-01-01T00:00:00Z,2028-01-01T00:00:00Z)', 'USD', 2500000000, $4, $5, '{US}', $6, 24, $7, $8
      WHERE $7::uuid IS NULL OR EXISTS (SELECT FROM albums WHERE album_id = $7)
     ON CONFLICT DO NOTHING`,
    [
      id,
      advertiser.id,
      name,
      campaign.dailyBudgetMicros,
      COST_PER_MILLE_MICROS,
      campaign.capImpressions,
      promotedAlbumId,
      campaign.controlPercent,
    ],
  )
  if (rowCount === 0) return false
  for (const { id: creativeId, title, durationMs, skipAfterMs } of creatives) {
    await client.query(
      `INSERT INTO creatives (creative_id, campaign_id, title, duration_ms, click_url, skip_after_ms, language, status)
       VALUES ($1, $2, $3, $4, $5, $6, 'en', 'approved')`,
      [creativeId, id, title, durationMs, clickUrl, skipAfterMs],
    )
  }
  return true
}

async function seedImpressions(client: PoolClient, { id, creatives }: DemoCampaign, nowMs: number): Promise<void> {
  for (const { minutesAgo, creative, audibleMs } of HEARD) {
    const heard = creatives[creative]
    if (heard === undefined) throw new Error(`the campaign has no creative ${creative}`)
    await client.query(
      `INSERT INTO impressions (impression_id, campaign_id, creative_id, user_id, session_id, served_at, territory, plan,
                                device_kind, audible_ms, quartile, currency, cost_micros)
       VALUES ($1, $2, $3, $4, $5, $6, 'US', 'free', 'web', $7, $8, 'USD', $9)`,
      [
        demoIdOf(`impression ${minutesAgo}`),
        id,
        heard.id,
        userIdOf('acct-ben'),
        demoIdOf('session acct-ben'),
        new Date(nowMs - minutesAgo * 60_000),
        audibleMs,
        Math.floor((4 * audibleMs) / heard.durationMs),
        COST_PER_MILLE_MICROS / 1_000,
      ],
    )
  }
}
