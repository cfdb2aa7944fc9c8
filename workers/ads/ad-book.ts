/** Owns the statements on `impressions` and `campaign_days`. */

import type { PoolClient } from '../../infra/postgres/client.ts'
import type { AdClick, HeardAd } from './heard-ads.ts'

/** An impression as the books have it now. */
export interface BookedAd {
  readonly impression_id: string
  readonly campaign_id: string
  readonly creative_id: string
  readonly served_at: Date
  readonly device_kind: string
  readonly plan: string
  readonly territory: string
  readonly audible_ms: number
  readonly quartile: number
  readonly clicked_at: Date | null
  readonly converted_at: Date | null
  readonly invalid_reason: string | null
  readonly counted: boolean
}

const BOOKED = `impression_id, campaign_id, creative_id, served_at, device_kind, plan, territory, audible_ms, quartile, clicked_at,
  converted_at, invalid_reason, counted`
export const bookedAs = (alias: string) => BOOKED.replaceAll(/\w+/g, `${alias}.$&`)

/** Enters impressions, each given once; one that is known grows. What was not of a campaign and its creative is left out. */
export async function enterAds(client: PoolClient, ads: readonly HeardAd[]): Promise<readonly BookedAd[]> {
  if (ads.length === 0) return []
  const keys = keysOf(ads)
  const before = await countedOf(client, keys)
  await client.query(
    `INSERT INTO impressions AS kept (impression_id, campaign_id, creative_id, user_id, session_id, served_at, territory,
       plan, device_kind, audible_ms, quartile, invalid_reason, currency, cost_micros)
     SELECT s.impression_id, s.campaign_id, s.creative_id, listener_of(s.account_id), s.session_id, s.served_at, s.territory,
       s.plan, s.device_kind, s.audible_ms, s.quartile, s.invalid_reason, c.currency, c.cost_per_mille_micros / 1000
     FROM jsonb_to_recordset($1::jsonb) AS s (impression_id uuid, campaign_id uuid, creative_id uuid, account_id text,
       session_id uuid, served_at timestamptz, territory text, plan text, device_kind text, audible_ms integer,
       quartile integer, invalid_reason text)
     JOIN campaigns c USING (campaign_id)
     JOIN creatives v ON v.creative_id = s.creative_id AND v.campaign_id = s.campaign_id
     ON CONFLICT (impression_id, served_at) DO UPDATE SET
       audible_ms = greatest(kept.audible_ms, excluded.audible_ms),
       quartile = greatest(kept.quartile, excluded.quartile),
       invalid_reason = coalesce(kept.invalid_reason, excluded.invalid_reason)`,
    [JSON.stringify(ads)],
  )
  await capAds(client, keys)
  const booked = await read(client, keys)
  await countDays(client, booked, before)
  return booked
}

/** Notes clicks, each once; of an impression that was served to who clicked. @returns those that are known now, clicked. */
export async function enterClicks(client: PoolClient, clicks: readonly AdClick[]): Promise<readonly BookedAd[]> {
  if (clicks.length === 0) return []
  const { rows } = await client.query<BookedAd>(
    `UPDATE impressions i SET clicked_at = coalesce(i.clicked_at, greatest(s.clicked_at, i.served_at))
       FROM jsonb_to_recordset($1::jsonb) AS s (impression_id uuid, served_at timestamptz, account_id text, session_id uuid,
              clicked_at timestamptz)
      WHERE i.impression_id = s.impression_id AND i.served_at = s.served_at
        AND (i.session_id = s.session_id OR i.user_id = listener_of(s.account_id))
     RETURNING ${bookedAs('i')}`,
    [JSON.stringify(clicks)],
  )
  return rows
}

const keysOf = (ads: readonly HeardAd[]) =>
  [ads.map(({ impression_id }) => impression_id), ads.map(({ served_at }) => served_at)] as const
type KeyLists = ReturnType<typeof keysOf>
const AMONG = '(impression_id, served_at) IN (SELECT * FROM unnest($1::uuid[], $2::timestamptz[]))'

async function read(client: PoolClient, keys: KeyLists): Promise<readonly BookedAd[]> {
  const { rows } = await client.query<BookedAd>(`SELECT ${BOOKED} FROM impressions WHERE ${AMONG}`, [...keys])
  return rows
}

async function countedOf(client: PoolClient, keys: KeyLists): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ impression_id: string }>(
    `SELECT impression_id FROM impressions WHERE ${AMONG} AND counted`,
    [...keys],
  )
  return new Set(rows.map(({ impression_id }) => impression_id))
}

/** Beyond the cap of a listener, should Redis have forgotten how often he heard it. A minute is left for clocks that differ. */
async function capAds(client: PoolClient, keys: KeyLists): Promise<void> {
  await client.query(
    `UPDATE impressions i SET invalid_reason = 'capped' FROM campaigns c
      WHERE (i.impression_id, i.served_at) IN (SELECT * FROM unnest($1::uuid[], $2::timestamptz[]))
        AND c.campaign_id = i.campaign_id AND i.counted
        AND (SELECT count(*) FROM impressions o
              WHERE o.user_id = i.user_id AND o.campaign_id = i.campaign_id AND o.counted
                AND o.served_at > i.served_at - make_interval(hours => c.cap_hours) + interval '1 minute'
                AND (o.served_at, o.impression_id) < (i.served_at, i.impression_id)) >= c.cap_impressions`,
    [...keys],
  )
}

async function countDays(client: PoolClient, booked: readonly BookedAd[], before: ReadonlySet<string>): Promise<void> {
  const changed = booked.filter(({ impression_id, counted }) => counted !== before.has(impression_id))
  if (changed.length === 0) return
  const changes = changed.map(({ campaign_id, served_at, counted }) => ({
    campaign_id,
    day: served_at.toISOString().slice(0, 10),
    more: counted ? 1 : -1,
  }))
  const sums = `SELECT campaign_id, day, sum(more) AS more
    FROM jsonb_to_recordset($1::jsonb) AS s (campaign_id uuid, day date, more integer) GROUP BY 1, 2`
  // The row first: of one that counts no more the sum is negative, which no new row may say.
  await client.query(
    `INSERT INTO campaign_days (campaign_id, day, counted) SELECT campaign_id, day, 0 FROM (${sums}) AS s ORDER BY 1, 2 ON CONFLICT DO NOTHING`,
    [JSON.stringify(changes)],
  )
  // In one order, as two workers may count for the same days.
  await client.query(
    `WITH locked AS MATERIALIZED (
       SELECT campaign_id, day, more FROM campaign_days d JOIN (${sums}) AS s USING (campaign_id, day) ORDER BY 1, 2 FOR UPDATE OF d)
     UPDATE campaign_days d SET counted = d.counted + l.more FROM locked l WHERE (d.campaign_id, d.day) = (l.campaign_id, l.day)`,
    [JSON.stringify(changes)],
  )
}
