/** Owns the names of campaigns for numbers that know only their ids. */

import type { Pool } from './client.ts'

/** By campaign id; one that is not known is left out. */
export async function readCampaignNames(
  pool: Pool,
  campaignIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (campaignIds.length === 0) return new Map()
  const { rows } = await pool.query<{ campaign_id: string; name: string }>(
    'SELECT campaign_id, name FROM campaigns WHERE campaign_id = ANY ($1::uuid[])',
    [campaignIds],
  )
  return new Map(rows.map(({ campaign_id, name }) => [campaign_id, name]))
}
