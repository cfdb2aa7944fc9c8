/** Owns the statements by which lift is told: on `withheld_ads`, and on what a listener did after either, heard or withheld. */

import type { PoolClient } from '../../infra/postgres/client.ts'
import { type BookedAd, bookedAs } from './ad-book.ts'
import type { HeardMusic, WithheldAd } from './heard-ads.ts'

/** So long after it an advertisement may be why its music is heard. */
const CONVERTS_WITHIN_DAYS = 7

/** An advertisement that was withheld, as the books have it now. */
export interface BookedWithheld {
  readonly impression_id: string
  readonly campaign_id: string
  readonly creative_id: string
  readonly withheld_at: Date
  readonly device_kind: string
  readonly plan: string
  readonly territory: string
  readonly converted_at: Date | null
}

const WITHHELD = ['impression_id', 'campaign_id', 'creative_id', 'withheld_at', 'device_kind', 'plan', 'territory']
  .concat('converted_at')
  .map((column) => `k.${column}`)
  .join(', ')

/** Enters what was withheld, each given once. What was not of a campaign and its creative is left out. */
export async function enterWithheld(
  client: PoolClient,
  withheld: readonly WithheldAd[],
): Promise<readonly BookedWithheld[]> {
  if (withheld.length === 0) return []
  await client.query(
    `INSERT INTO withheld_ads (impression_id, campaign_id, creative_id, user_id, withheld_at, territory, plan, device_kind)
     SELECT s.impression_id, s.campaign_id, s.creative_id, listener_of(s.account_id), s.withheld_at, s.territory, s.plan, s.device_kind
       FROM jsonb_to_recordset($1::jsonb) AS s (impression_id uuid, campaign_id uuid, creative_id uuid, account_id text,
              withheld_at timestamptz, territory text, plan text, device_kind text)
       JOIN creatives v USING (creative_id, campaign_id)
     ON CONFLICT (impression_id, withheld_at) DO NOTHING`,
    [JSON.stringify(withheld)],
  )
  const { rows } = await client.query<BookedWithheld>(
    `SELECT ${WITHHELD} FROM withheld_ads k
      WHERE (impression_id, withheld_at) IN (SELECT * FROM unnest($1::uuid[], $2::timestamptz[]))`,
    [withheld.map(({ impression_id }) => impression_id), withheld.map(({ withheld_at }) => withheld_at)],
  )
  return rows
}

type Converted<Booked> = Booked & { readonly account_id: string }

export interface Conversions {
  readonly served: readonly Converted<BookedAd>[]
  readonly withheld: readonly Converted<BookedWithheld>[]
}

/** Notes of each advertisement when the listener first began to hear what it is for. @returns those of which that is new. */
export async function enterConversions(client: PoolClient, music: readonly HeardMusic[]): Promise<Conversions> {
  if (music.length === 0) return { served: [], withheld: [] }
  const times = music.map(({ started_at }) => Date.parse(started_at))
  const most = [JSON.stringify(music), new Date(Math.min(...times)), new Date(Math.max(...times))]
  const served = await client.query<Converted<BookedAd>>(convert('impressions', 'served_at', bookedAs('k')), most)
  const withheld = await client.query<Converted<BookedWithheld>>(convert('withheld_ads', 'withheld_at', WITHHELD), most)
  return { served: served.rows, withheld: withheld.rows }
}

/** The bounds in time leave out the months that cannot have any. */
function convert(table: string, at: string, columns: string): string {
  const days = `interval '${CONVERTS_WITHIN_DAYS} days'`
  return `
    WITH aimed AS MATERIALIZED (
      SELECT s.account_id, c.campaign_id, s.started_at
        FROM jsonb_to_recordset($1::jsonb) AS s (account_id text, track_id uuid, artist_id uuid, started_at timestamptz)
        LEFT JOIN tracks t USING (track_id)
        JOIN campaigns c ON c.promoted_artist_id = s.artist_id OR c.promoted_album_id = t.album_id
    ), listeners AS MATERIALIZED (
      SELECT account_id, listener_of(account_id) AS user_id FROM (SELECT DISTINCT account_id FROM aimed) AS each
    ), firsts AS (
      SELECT k.impression_id, k.${at} AS at, l.account_id, min(a.started_at) AS converted_at
        FROM aimed a JOIN listeners l USING (account_id)
        JOIN ${table} k ON k.user_id = l.user_id AND k.campaign_id = a.campaign_id
         AND k.${at} <= a.started_at AND k.${at} > a.started_at - ${days}
       WHERE (k.converted_at IS NULL OR k.converted_at > a.started_at) AND k.${at} > $2::timestamptz - ${days} AND k.${at} <= $3::timestamptz
       GROUP BY 1, 2, 3
    )
    UPDATE ${table} k SET converted_at = f.converted_at FROM firsts f
     WHERE k.impression_id = f.impression_id AND k.${at} = f.at AND k.${at} > $2::timestamptz - ${days} AND k.${at} <= $3::timestamptz
    RETURNING f.account_id, ${columns}`
}
