/** Owns the campaign of the demo, and what of it was heard by who listens for free. */

import { demoIdOf } from '../../catalog/catalog-ids.ts'
import type { PoolClient } from '../../postgres/client.ts'
import { userIdOf } from './demo-accounts.ts'

const ADVERTISER = demoIdOf('advertiser')
const CAMPAIGN = demoIdOf('campaign')
const CREATIVES = [
  { id: demoIdOf('creative kettle'), title: 'Put the kettle on', durationMs: 15_000 },
  { id: demoIdOf('creative rain'), title: 'Rain on the roof', durationMs: 20_000 },
] as const

/** Minutes ago, which creative, and for how long it was audible. */
const HEARD = [
  { minutesAgo: 95, creative: 0, audibleMs: 15_000 },
  { minutesAgo: 61, creative: 1, audibleMs: 11_200 },
  { minutesAgo: 24, creative: 0, audibleMs: 1_400 },
] as const
/** $8.00 a thousand. */
const COST_PER_MILLE_MICROS = 8_000_000

export async function seedAdvertising(client: PoolClient, nowMs: number): Promise<void> {
  await client.query(`INSERT INTO advertisers VALUES ($1, 'Fennel & Rye Tea', 'US', 'USD') ON CONFLICT DO NOTHING`, [
    ADVERTISER,
  ])
  const { rowCount } = await client.query(
    `INSERT INTO campaigns (campaign_id, advertiser_id, name, status, runs, currency, budget_micros, daily_budget_micros,
                            cost_per_mille_micros, territories, cap_impressions, cap_hours)
     VALUES ($1, $2, 'Slow mornings', 'running', '[2026-01-01T00:00:00Z,2028-01-01T00:00:00Z)', 'USD', 2500000000, 50000000, $3, '{US}', 3, 24)
     ON CONFLICT DO NOTHING`,
    [CAMPAIGN, ADVERTISER, COST_PER_MILLE_MICROS],
  )
  if (rowCount === 0) return
  for (const { id, title, durationMs } of CREATIVES) {
    await client.query(
      `INSERT INTO creatives (creative_id, campaign_id, title, duration_ms, click_url, language, status)
       VALUES ($1, $2, $3, $4, 'https://fennel-and-rye.example/mornings', 'en', 'approved')`,
      [id, CAMPAIGN, title, durationMs],
    )
  }
  for (const { minutesAgo, creative, audibleMs } of HEARD) {
    const { id, durationMs } = CREATIVES[creative]
    await client.query(
      `INSERT INTO impressions (impression_id, campaign_id, creative_id, user_id, session_id, served_at, territory, plan,
                                device_kind, audible_ms, quartile, currency, cost_micros)
       VALUES ($1, $2, $3, $4, $5, $6, 'US', 'free', 'web', $7, $8, 'USD', $9)`,
      [
        demoIdOf(`impression ${minutesAgo}`),
        CAMPAIGN,
        id,
        userIdOf('acct-ben'),
        demoIdOf('session acct-ben'),
        new Date(nowMs - minutesAgo * 60_000),
        audibleMs,
        Math.floor((4 * audibleMs) / durationMs),
        COST_PER_MILLE_MICROS / 1_000,
      ],
    )
  }
}
