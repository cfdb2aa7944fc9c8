/** Owns the way from an impression in the books to ClickHouse's rows. */

import type { AdEventRow } from '../../infra/clickhouse/ad-events.ts'
import { dateTimeText } from '../../infra/clickhouse/playback-rows.ts'
import type { BookedAd } from './ad-book.ts'

const QUARTERS = ['quartile1', 'quartile2', 'quartile3', 'completed'] as const

/** All that is known of it: rows that are there already are the same rows. */
export function adRowsOf(ad: BookedAd, accountId: string): readonly AdEventRow[] {
  const { campaign_id, creative_id, impression_id, audible_ms, quartile, clicked_at } = ad
  const rowOf = (kind: AdEventRow['kind'], at: Date = ad.served_at): AdEventRow => ({
    campaign_id,
    creative_id,
    impression_id,
    kind,
    account_id: accountId,
    event_time: dateTimeText(at.getTime()),
    server_time: dateTimeText(ad.served_at.getTime()),
    audible_ms: kind === 'audible' ? audible_ms : 0,
    invalid: ad.invalid_reason !== null,
    device_kind: ad.device_kind,
    country: ad.territory,
  })
  const rows = [rowOf('served')]
  if (audible_ms > 0) rows.push(rowOf('started'), rowOf('audible'))
  for (const kind of QUARTERS.slice(0, quartile)) rows.push(rowOf(kind))
  if (clicked_at !== null) rows.push(rowOf('clicked', clicked_at))
  return rows
}
