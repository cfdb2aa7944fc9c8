/** Owns the way from the books of advertisements to ClickHouse's rows. */

import type { AdEventRow } from '../../infra/clickhouse/ad-events.ts'
import { dateTimeText } from '../../infra/clickhouse/playback-rows.ts'
import type { BookedAd } from './ad-book.ts'
import type { BookedWithheld } from './lift-book.ts'

const QUARTERS = ['quartile1', 'quartile2', 'quartile3', 'completed'] as const

type RowOf = (kind: AdEventRow['kind'], at?: Date) => AdEventRow

/** All that is known of it: rows that are there already are the same rows. */
export function adRowsOf(ad: BookedAd, accountId: string): readonly AdEventRow[] {
  const { audible_ms, quartile, clicked_at, converted_at } = ad
  const plainRowOf = rowOfAd(ad, ad.served_at, accountId, ad.invalid_reason !== null)
  const rowOf: RowOf = (kind, at) => ({ ...plainRowOf(kind, at), audible_ms: kind === 'audible' ? audible_ms : 0 })
  const rows = [rowOf('served')]
  if (audible_ms > 0) rows.push(rowOf('started'), rowOf('audible'))
  for (const kind of QUARTERS.slice(0, quartile)) rows.push(rowOf(kind))
  if (clicked_at !== null) rows.push(rowOf('clicked', clicked_at))
  if (converted_at !== null) rows.push(rowOf('converted', converted_at))
  return rows
}

export function withheldRowsOf(ad: BookedWithheld, accountId: string): readonly AdEventRow[] {
  const rowOf = rowOfAd(ad, ad.withheld_at, accountId, false)
  return ad.converted_at === null ? [rowOf('withheld')] : [rowOf('withheld'), rowOf('converted', ad.converted_at)]
}

function rowOfAd(ad: BookedAd | BookedWithheld, decidedAt: Date, accountId: string, invalid: boolean): RowOf {
  const { campaign_id, creative_id, impression_id, device_kind, plan, territory } = ad
  return (kind, at = decidedAt) => ({
    campaign_id,
    creative_id,
    impression_id,
    kind,
    account_id: accountId,
    event_time: dateTimeText(at.getTime()),
    server_time: dateTimeText(decidedAt.getTime()),
    audible_ms: 0,
    invalid,
    device_kind,
    plan,
    country: territory,
  })
}
